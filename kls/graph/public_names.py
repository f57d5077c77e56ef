"""The public names of Keras 3, by the versions that have them. Written by tests/truth/make_public_names.py.

The keys are "since" or "since until": the first minor version that has the names, and the first that has not.
"""

NEWEST = "3.15"
"""The newest version that was looked at."""

NAMES: dict[str, dict[str, str]] = {
    "3.0": {
        "activations": (
            "deserialize elu exponential gelu get hard_sigmoid hard_silu hard_swish leaky_relu linear log_softmax "
            "mish relu relu6 selu serialize sigmoid silu softmax softplus softsign swish tanh"
        ),
        "applications": (
            "ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge DenseNet121 DenseNet169 "
            "DenseNet201 EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4 "
            "EfficientNetB5 EfficientNetB6 EfficientNetB7 EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 "
            "EfficientNetV2B3 EfficientNetV2L EfficientNetV2M EfficientNetV2S InceptionResNetV2 InceptionV3 "
            "MobileNet MobileNetV2 MobileNetV3Large MobileNetV3Small NASNetLarge NASNetMobile ResNet101 "
            "ResNet101V2 ResNet152 ResNet152V2 ResNet50 ResNet50V2 VGG16 VGG19 Xception convnext densenet "
            "efficientnet efficientnet_v2 imagenet_utils inception_resnet_v2 inception_v3 mobilenet mobilenet_v2 "
            "mobilenet_v3 nasnet resnet resnet50 resnet_v2 vgg16 vgg19 xception"
        ),
        "backend": (
            "backend clear_session epsilon floatx get_uid image_data_format is_float_dtype is_int_dtype "
            "is_keras_tensor result_type set_epsilon set_floatx set_image_data_format standardize_dtype"
        ),
        "callbacks": (
            "BackupAndRestore CSVLogger Callback CallbackList EarlyStopping History LambdaCallback "
            "LearningRateScheduler ModelCheckpoint ProgbarLogger ReduceLROnPlateau RemoteMonitor SwapEMAWeights "
            "TensorBoard TerminateOnNaN"
        ),
        "config": (
            "backend disable_interactive_logging disable_traceback_filtering dtype_policy "
            "enable_interactive_logging enable_traceback_filtering enable_unsafe_deserialization epsilon floatx "
            "image_data_format is_interactive_logging_enabled is_traceback_filtering_enabled set_dtype_policy "
            "set_epsilon set_floatx set_image_data_format"
        ),
        "constraints": (
            "Constraint MaxNorm MinMaxNorm NonNeg UnitNorm deserialize get max_norm min_max_norm non_neg "
            "serialize unit_norm"
        ),
        "datasets": "boston_housing california_housing cifar10 cifar100 fashion_mnist imdb mnist reuters",
        "initializers": (
            "Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer Initializer "
            "LecunNormal LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform "
            "TruncatedNormal VarianceScaling Zeros constant deserialize get glorot_normal glorot_uniform "
            "he_normal he_uniform identity lecun_normal lecun_uniform ones orthogonal random_normal "
            "random_uniform serialize truncated_normal variance_scaling zeros"
        ),
        "layers": (
            "Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average "
            "AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D BatchNormalization "
            "Bidirectional CategoryEncoding CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose "
            "Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Convolution1D Convolution1DTranspose "
            "Convolution2D Convolution2DTranspose Convolution3D Convolution3DTranspose Cropping1D Cropping2D "
            "Cropping3D Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense "
            "Embedding Flatten GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D "
            "GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D "
            "GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D "
            "GlobalMaxPooling3D GroupNormalization GroupQueryAttention HashedCrossing Hashing Identity Input "
            "InputLayer InputSpec IntegerLookup LSTM LSTMCell Lambda Layer LayerNormalization LeakyReLU Masking "
            "MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D Maximum Minimum "
            "MultiHeadAttention Multiply Normalization PReLU Permute RNN RandomBrightness RandomContrast "
            "RandomCrop RandomFlip RandomRotation RandomTranslation RandomZoom ReLU RepeatVector Rescaling "
            "Reshape Resizing SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D "
            "SimpleRNN SimpleRNNCell Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D "
            "SpectralNormalization StackedRNNCells StringLookup Subtract TFSMLayer TextVectorization "
            "TimeDistributed TorchModuleWrapper UnitNormalization UpSampling1D UpSampling2D UpSampling3D Wrapper "
            "ZeroPadding1D ZeroPadding2D ZeroPadding3D add average concatenate deserialize dot maximum minimum "
            "multiply serialize subtract"
        ),
        "losses": (
            "BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy "
            "CategoricalHinge CosineSimilarity Hinge Huber KLDivergence LogCosh Loss MeanAbsoluteError "
            "MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson "
            "SparseCategoricalCrossentropy SquaredHinge binary_crossentropy binary_focal_crossentropy "
            "categorical_crossentropy categorical_focal_crossentropy categorical_hinge cosine_similarity ctc "
            "deserialize get hinge huber kl_divergence log_cosh mean_absolute_error "
            "mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error poisson serialize "
            "sparse_categorical_crossentropy squared_hinge"
        ),
        "metrics": (
            "AUC Accuracy BinaryAccuracy BinaryCrossentropy BinaryIoU CategoricalAccuracy CategoricalCrossentropy "
            "CategoricalHinge CosineSimilarity F1Score FBetaScore FalseNegatives FalsePositives Hinge IoU "
            "KLDivergence LogCoshError Mean MeanAbsoluteError MeanAbsolutePercentageError MeanIoU "
            "MeanMetricWrapper MeanSquaredError MeanSquaredLogarithmicError Metric OneHotIoU OneHotMeanIoU "
            "Poisson Precision PrecisionAtRecall R2Score Recall RecallAtPrecision RootMeanSquaredError "
            "SensitivityAtSpecificity SparseCategoricalAccuracy SparseCategoricalCrossentropy "
            "SparseTopKCategoricalAccuracy SpecificityAtSensitivity SquaredHinge Sum TopKCategoricalAccuracy "
            "TrueNegatives TruePositives binary_accuracy binary_crossentropy binary_focal_crossentropy "
            "categorical_accuracy categorical_crossentropy categorical_focal_crossentropy categorical_hinge "
            "deserialize get hinge huber kl_divergence log_cosh mean_absolute_error "
            "mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error poisson serialize "
            "sparse_categorical_accuracy sparse_categorical_crossentropy sparse_top_k_categorical_accuracy "
            "squared_hinge top_k_categorical_accuracy"
        ),
        "models": "Model Sequential clone_model load_model model_from_json save_model",
        "ops": (
            "abs absolute add all amax amin any append arange arccos arccosh arcsin arcsinh arctan arctan2 "
            "arctanh argmax argmin argsort array average average_pool batch_normalization binary_crossentropy "
            "bincount broadcast_to cast categorical_crossentropy ceil cholesky clip concatenate cond conj "
            "conjugate conv conv_transpose convert_to_numpy convert_to_tensor copy cos cosh count_nonzero cross "
            "ctc_loss cumprod cumsum depthwise_conv det diag diagonal diff digitize divide divide_no_nan dot eig "
            "einsum elu empty equal erf erfinv exp expand_dims expm1 extract_sequences eye fft fft2 flip floor "
            "floor_divide fori_loop full full_like gelu get_item greater greater_equal hard_sigmoid hard_silu "
            "hard_swish hstack identity imag image in_top_k inv irfft is_tensor isclose isfinite isinf isnan "
            "istft leaky_relu less less_equal linalg linspace log log10 log1p log2 log_sigmoid log_softmax "
            "logaddexp logical_and logical_not logical_or logical_xor logspace logsumexp lu_factor matmul max "
            "max_pool maximum mean median meshgrid min minimum mod moments moveaxis multi_hot multiply nan_to_num "
            "ndim negative nn nonzero norm normalize not_equal numpy one_hot ones ones_like outer pad power prod "
            "qr quantile ravel real reciprocal relu relu6 repeat reshape rfft roll round rsqrt scatter "
            "scatter_update segment_max segment_sum selu separable_conv shape sigmoid sign silu sin sinh size "
            "slice slice_update softmax softplus softsign solve solve_triangular sort "
            "sparse_categorical_crossentropy split sqrt square squeeze stack std stft stop_gradient subtract sum "
            "svd swapaxes swish take take_along_axis tan tanh tensordot tile top_k trace transpose tri tril triu "
            "true_divide unstack var vdot vectorized_map vstack where while_loop zeros zeros_like"
        ),
        "optimizers": (
            "Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lion LossScaleOptimizer Nadam Optimizer RMSprop "
            "SGD deserialize get legacy schedules serialize"
        ),
        "optimizers.schedules": (
            "CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay LearningRateSchedule "
            "PiecewiseConstantDecay PolynomialDecay deserialize serialize"
        ),
        "preprocessing": (
            "image image_dataset_from_directory sequence text_dataset_from_directory timeseries_dataset_from_array"
        ),
        "preprocessing.image": "array_to_img img_to_array load_img save_img smart_resize",
        "preprocessing.sequence": "pad_sequences",
        "random": "SeedGenerator categorical dropout gamma normal randint shuffle truncated_normal uniform",
        "regularizers": (
            "L1 L1L2 L2 OrthogonalRegularizer Regularizer deserialize get l1 l1_l2 l2 orthogonal_regularizer serialize"
        ),
        "saving": (
            "CustomObjectScope custom_object_scope deserialize_keras_object get_custom_objects "
            "get_registered_name get_registered_object load_model register_keras_serializable save_model "
            "serialize_keras_object"
        ),
        "utils": (
            "CustomObjectScope FeatureSpace Progbar PyDataset Sequence array_to_img audio_dataset_from_directory "
            "clear_session custom_object_scope deserialize_keras_object disable_interactive_logging "
            "enable_interactive_logging get_custom_objects get_file get_registered_name get_registered_object "
            "get_source_inputs image_dataset_from_directory img_to_array is_interactive_logging_enabled "
            "is_keras_tensor legacy load_img model_to_dot normalize pack_x_y_sample_weight pad_sequences "
            "plot_model register_keras_serializable save_img serialize_keras_object set_random_seed split_dataset "
            "text_dataset_from_directory timeseries_dataset_from_array to_categorical unpack_x_y_sample_weight"
        ),
    },
    "3.1": {
        "config": "set_backend",
        "layers": "MelSpectrogram",
        "ops": "custom_gradient",
        "random": "beta binomial",
        "utils": "standardize_dtype",
    },
    "3.2": {
        "layers": "FlaxLayer JaxLayer",
        "losses": "Dice dice",
        "ops": "correlate",
        "saving": "load_weights save_weights",
    },
    "3.3": {
        "losses": "Tversky tversky",
        "ops": "ctc_decode eigh psnr select slogdet vectorize",
    },
    "3.4": {
        "ops": "argpartition dtype lstsq map scan switch",
    },
    "3.5": {
        "ops": "associative_scan searchsorted",
        "optimizers": "Lamb",
    },
    "3.6": {
        "layers": "AutoContrast Pipeline Solarization",
        "ops": (
            "bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor "
            "dot_product_attention histogram left_shift logdet right_shift saturate_cast trunc"
        ),
        "saving": "KerasFileEditor",
        "utils": "Config",
    },
    "3.7": {
        "activations": "celu glu hard_shrink hard_tanh log_sigmoid soft_shrink squareplus tanh_shrink",
        "config": "disable_flash_attention enable_flash_attention is_flash_attention_enabled",
        "initializers": "STFT STFTInitializer stft",
        "layers": "MaxNumBoundingBoxes STFTSpectrogram",
        "losses": "Circle circle",
        "metrics": "ConcordanceCorrelation PearsonCorrelation concordance_correlation pearson_correlation",
        "ops": "celu exp2 glu hard_shrink hard_tanh ifft2 inner soft_shrink squareplus tanh_shrink",
        "utils": "bounding_boxes",
    },
    "3.8": {
        "activations": "sparse_plus sparsemax threshold",
        "layers": (
            "Equalization MixUp RandAugment RandomColorDegeneration RandomColorJitter RandomGrayscale RandomHue "
            "RandomPosterization RandomSaturation RandomSharpness RandomShear"
        ),
        "ops": "diagflat sparse_plus sparsemax threshold unravel_index",
    },
    "3.9": {
        "layers": "AugMix CutMix RMSNormalization RandomErasing RandomGaussianBlur RandomInvert RandomPerspective",
        "ops": "polar rearrange rms_normalization rot90 signbit",
    },
    "3.10": {
        "activations": "sparse_sigmoid",
        "config": "max_epochs max_steps_per_epoch set_max_epochs set_max_steps_per_epoch",
        "layers": "RandomElasticTransform",
        "losses": "CategoricalGeneralizedCrossEntropy categorical_generalized_cross_entropy",
        "ops": "angle bartlett blackman hamming sparse_sigmoid view_as_complex view_as_real",
        "optimizers": "Muon",
    },
    "3.11": {
        "config": "is_nnx_enabled",
        "ops": "cbrt corrcoef deg2rad hanning heaviside kaiser layer_normalization",
    },
    "3.12": {
        "layers": "ReversibleEmbedding",
        "ops": (
            "cholesky_inverse gcd hypot isin isneginf isposinf isreal jvp kron lcm logaddexp2 trapezoid unfold view"
        ),
    },
    "3.13": {
        "layers": (
            "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D "
            "AdaptiveMaxPooling2D AdaptiveMaxPooling3D"
        ),
        "ops": "adaptive_average_pool adaptive_max_pool array_split empty_like ldexp vander",
    },
    "3.14": {
        "callbacks": "OrbaxCheckpoint",
        "layers": "ContrastLimitedAdaptiveHistogramEqualization",
        "ops": (
            "allclose depth_to_space dstack fliplr flipud fmod fold geomspace hsplit i0 nanargmax nanargmin "
            "nancumprod nancumsum nanmax nanmean nanmedian nanmin nanprod nanquantile nanstd nansum nanvar "
            "nextafter ptp rad2deg sinc space_to_depth vsplit"
        ),
        "optimizers": "ScheduleFreeAdamW",
    },
    "3.15": {
        "ops": (
            "cdist dsplit erfc fabs fmax fmin matrix_rank nanpercentile percentile pinv segment_min segment_prod unique"
        ),
        "optimizers": "MultiOptimizer OptimizerMap",
    },
}
"""Of `keras`, by module."""

LEGACY_NAMES: dict[str, dict[str, str]] = {
    "3.0": {
        "backend": (
            "abs all any arange argmax argmin batch_dot batch_flatten batch_get_value batch_normalization "
            "batch_set_value bias_add binary_crossentropy binary_focal_crossentropy cast cast_to_floatx "
            "categorical_crossentropy categorical_focal_crossentropy clip concatenate constant conv1d conv2d "
            "conv2d_transpose conv3d cos count_params ctc_batch_cost ctc_decode ctc_label_dense_to_sparse cumprod "
            "cumsum depthwise_conv2d dot dropout dtype elu equal eval exp expand_dims eye flatten foldl foldr "
            "gather get_value gradients greater greater_equal hard_sigmoid in_top_k int_shape is_sparse "
            "l2_normalize less less_equal log map_fn max maximum mean min minimum moving_average_update "
            "name_scope ndim not_equal one_hot ones ones_like permute_dimensions pool2d pool3d pow prod "
            "random_bernoulli random_normal random_normal_variable random_uniform random_uniform_variable relu "
            "repeat repeat_elements reshape resize_images resize_volumes reverse rnn round separable_conv2d "
            "set_value shape sigmoid sign sin softmax softplus softsign sparse_categorical_crossentropy "
            "spatial_2d_padding spatial_3d_padding sqrt square squeeze stack std stop_gradient sum switch tanh "
            "temporal_padding tile to_dense transpose truncated_normal update update_add update_sub var variable "
            "zeros zeros_like"
        ),
        "layers": "RandomHeight RandomWidth ThresholdedReLU",
        "losses": "KLD MAE MAPE MSE MSLE Reduction kld kullback_leibler_divergence logcosh mae mape mse msle",
        "metrics": "KLD MAE MAPE MSE MSLE kld kullback_leibler_divergence logcosh mae mape mse msle",
        "preprocessing": "text",
        "preprocessing.image": (
            "DirectoryIterator ImageDataGenerator Iterator NumpyArrayIterator apply_affine_transform "
            "apply_brightness_shift apply_channel_shift random_brightness random_channel_shift random_rotation "
            "random_shear random_shift random_zoom"
        ),
        "preprocessing.sequence": "TimeseriesGenerator make_sampling_table skipgrams",
    },
    "3.0 3.3": {
        "losses": (
            "kl_divergence log_cosh mean_absolute_error mean_absolute_percentage_error mean_squared_error "
            "mean_squared_logarithmic_error"
        ),
        "metrics": (
            "kl_divergence log_cosh mean_absolute_error mean_absolute_percentage_error mean_squared_error "
            "mean_squared_logarithmic_error"
        ),
    },
}
"""What `tensorflow.keras` has besides."""
