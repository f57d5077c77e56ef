"""Where older eras differ from signatures.py (None: no such layer). Written by tests/shapes/make_signatures.py."""

CHANGES: dict[str, dict[str, str | None]] = {
    "3.10": {
        "AdaptiveAveragePooling1D": None,
        "AdaptiveAveragePooling2D": None,
        "AdaptiveAveragePooling3D": None,
        "AdaptiveMaxPooling1D": None,
        "AdaptiveMaxPooling2D": None,
        "AdaptiveMaxPooling3D": None,
        "BatchNormalization": (
            "axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer "
            "moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint "
            "synchronized"
        ),
        "ContrastLimitedAdaptiveHistogramEqualization": None,
        "Dense": (
            "units activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer "
            "activity_regularizer kernel_constraint bias_constraint lora_rank lora_alpha"
        ),
        "EinsumDense": (
            "equation output_shape activation bias_axes kernel_initializer bias_initializer kernel_regularizer "
            "bias_regularizer kernel_constraint bias_constraint lora_rank lora_alpha gptq_unpacked_column_size"
        ),
        "Embedding": (
            "input_dim output_dim embeddings_initializer embeddings_regularizer embeddings_constraint mask_zero "
            "weights lora_rank lora_alpha"
        ),
        "GroupedQueryAttention": (
            "head_dim num_query_heads num_key_value_heads dropout use_bias flash_attention kernel_initializer "
            "bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint "
            "bias_constraint seed"
        ),
        "IntegerLookup": (
            "max_tokens num_oov_indices mask_token oov_token vocabulary vocabulary_dtype idf_weights invert "
            "output_mode sparse pad_to_max_tokens name"
        ),
        "JaxLayer": "call_fn init_fn params state seed",
        "MultiHeadAttention": (
            "num_heads key_dim value_dim dropout use_bias output_shape attention_axes flash_attention "
            "kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer "
            "kernel_constraint bias_constraint seed"
        ),
        "StringLookup": (
            "max_tokens num_oov_indices mask_token oov_token vocabulary idf_weights invert output_mode "
            "pad_to_max_tokens sparse encoding name"
        ),
    },
    "3.0": {
        "AdaptiveAveragePooling1D": None,
        "AdaptiveAveragePooling2D": None,
        "AdaptiveAveragePooling3D": None,
        "AdaptiveMaxPooling1D": None,
        "AdaptiveMaxPooling2D": None,
        "AdaptiveMaxPooling3D": None,
        "AugMix": None,
        "BatchNormalization": (
            "axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer "
            "moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint "
            "synchronized"
        ),
        "ContrastLimitedAdaptiveHistogramEqualization": None,
        "Conv1DTranspose": (
            "filters kernel_size strides padding data_format dilation_rate activation use_bias kernel_initializer "
            "bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint "
            "bias_constraint"
        ),
        "Conv2DTranspose": (
            "filters kernel_size strides padding data_format dilation_rate activation use_bias kernel_initializer "
            "bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint "
            "bias_constraint"
        ),
        "Conv3DTranspose": (
            "filters kernel_size strides padding data_format dilation_rate activation use_bias kernel_initializer "
            "bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint "
            "bias_constraint"
        ),
        "CutMix": None,
        "Dense": (
            "units activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer "
            "activity_regularizer kernel_constraint bias_constraint lora_rank"
        ),
        "EinsumDense": (
            "equation output_shape activation bias_axes kernel_initializer bias_initializer kernel_regularizer "
            "bias_regularizer kernel_constraint bias_constraint lora_rank"
        ),
        "Embedding": (
            "input_dim output_dim embeddings_initializer embeddings_regularizer embeddings_constraint mask_zero "
            "weights lora_rank"
        ),
        "Equalization": None,
        "GroupedQueryAttention": (
            "head_dim num_query_heads num_key_value_heads dropout use_bias flash_attention kernel_initializer "
            "bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint "
            "bias_constraint seed"
        ),
        "Input": "shape batch_size dtype sparse batch_shape name tensor optional",
        "InputLayer": "shape batch_size dtype sparse batch_shape input_tensor optional name",
        "IntegerLookup": (
            "max_tokens num_oov_indices mask_token oov_token vocabulary vocabulary_dtype idf_weights invert "
            "output_mode sparse pad_to_max_tokens name"
        ),
        "JaxLayer": "call_fn init_fn params state seed",
        "LayerNormalization": (
            "axis epsilon center scale rms_scaling beta_initializer gamma_initializer beta_regularizer "
            "gamma_regularizer beta_constraint gamma_constraint"
        ),
        "MixUp": None,
        "MultiHeadAttention": (
            "num_heads key_dim value_dim dropout use_bias output_shape attention_axes flash_attention "
            "kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer "
            "kernel_constraint bias_constraint seed"
        ),
        "RMSNormalization": None,
        "RandAugment": None,
        "RandomColorDegeneration": None,
        "RandomColorJitter": None,
        "RandomContrast": "factor seed",
        "RandomElasticTransform": None,
        "RandomErasing": None,
        "RandomGaussianBlur": None,
        "RandomGrayscale": None,
        "RandomHue": None,
        "RandomInvert": None,
        "RandomPerspective": None,
        "RandomPosterization": None,
        "RandomSaturation": None,
        "RandomSharpness": None,
        "RandomShear": None,
        "Resizing": (
            "height width interpolation crop_to_aspect_ratio pad_to_aspect_ratio fill_mode fill_value data_format"
        ),
        "ReversibleEmbedding": None,
        "StringLookup": (
            "max_tokens num_oov_indices mask_token oov_token vocabulary idf_weights invert output_mode "
            "pad_to_max_tokens sparse encoding name"
        ),
        "TorchModuleWrapper": "module name",
    },
    "tf_keras": {
        "AbstractRNNCell": "trainable name dtype dynamic",
        "AdaptiveAveragePooling1D": None,
        "AdaptiveAveragePooling2D": None,
        "AdaptiveAveragePooling3D": None,
        "AdaptiveMaxPooling1D": None,
        "AdaptiveMaxPooling2D": None,
        "AdaptiveMaxPooling3D": None,
        "AdditiveAttention": "use_scale",
        "Attention": "use_scale score_mode",
        "AugMix": None,
        "AutoContrast": None,
        "AveragePooling1D": "pool_size strides padding data_format",
        "AveragePooling2D": "pool_size strides padding data_format",
        "AveragePooling3D": "pool_size strides padding data_format",
        "BatchNormalization": (
            "axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer "
            "moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint "
            "synchronized"
        ),
        "CenterCrop": "height width",
        "ContrastLimitedAdaptiveHistogramEqualization": None,
        "Conv3DTranspose": (
            "filters kernel_size strides padding output_padding data_format dilation_rate activation use_bias "
            "kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer "
            "kernel_constraint bias_constraint"
        ),
        "ConvLSTM1D": (
            "filters kernel_size strides padding data_format dilation_rate activation recurrent_activation use_bias "
            "kernel_initializer recurrent_initializer bias_initializer unit_forget_bias kernel_regularizer "
            "recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint recurrent_constraint "
            "bias_constraint return_sequences return_state go_backwards stateful dropout recurrent_dropout"
        ),
        "ConvLSTM2D": (
            "filters kernel_size strides padding data_format dilation_rate activation recurrent_activation use_bias "
            "kernel_initializer recurrent_initializer bias_initializer unit_forget_bias kernel_regularizer "
            "recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint recurrent_constraint "
            "bias_constraint return_sequences return_state go_backwards stateful dropout recurrent_dropout"
        ),
        "ConvLSTM3D": (
            "filters kernel_size strides padding data_format dilation_rate activation recurrent_activation use_bias "
            "kernel_initializer recurrent_initializer bias_initializer unit_forget_bias kernel_regularizer "
            "recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint recurrent_constraint "
            "bias_constraint return_sequences return_state go_backwards stateful dropout recurrent_dropout"
        ),
        "CutMix": None,
        "Dense": (
            "units activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer "
            "activity_regularizer kernel_constraint bias_constraint"
        ),
        "DenseFeatures": "feature_columns trainable name",
        "Discretization": "bin_boundaries num_bins epsilon output_mode sparse",
        "EinsumDense": (
            "equation output_shape activation bias_axes kernel_initializer bias_initializer kernel_regularizer "
            "bias_regularizer activity_regularizer kernel_constraint bias_constraint"
        ),
        "Embedding": (
            "input_dim output_dim embeddings_initializer embeddings_regularizer activity_regularizer "
            "embeddings_constraint mask_zero input_length sparse"
        ),
        "Equalization": None,
        "FlaxLayer": None,
        "GRU": (
            "units activation recurrent_activation use_bias kernel_initializer recurrent_initializer bias_initializer "
            "kernel_regularizer recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint "
            "recurrent_constraint bias_constraint dropout recurrent_dropout return_sequences return_state "
            "go_backwards stateful unroll time_major reset_after"
        ),
        "GRUCell": (
            "units activation recurrent_activation use_bias kernel_initializer recurrent_initializer bias_initializer "
            "kernel_regularizer recurrent_regularizer bias_regularizer kernel_constraint recurrent_constraint "
            "bias_constraint dropout recurrent_dropout reset_after"
        ),
        "GlobalAveragePooling1D": "data_format",
        "GroupedQueryAttention": None,
        "HashedCrossing": "num_bins output_mode sparse",
        "Identity": "trainable name dtype dynamic",
        "Input": "shape batch_size name dtype sparse tensor ragged type_spec optional",
        "InputLayer": "input_shape batch_size dtype input_tensor sparse name ragged type_spec optional",
        "IntegerLookup": (
            "max_tokens num_oov_indices mask_token oov_token vocabulary vocabulary_dtype idf_weights invert "
            "output_mode sparse pad_to_max_tokens"
        ),
        "JaxLayer": None,
        "LSTM": (
            "units activation recurrent_activation use_bias kernel_initializer recurrent_initializer bias_initializer "
            "unit_forget_bias kernel_regularizer recurrent_regularizer bias_regularizer activity_regularizer "
            "kernel_constraint recurrent_constraint bias_constraint dropout recurrent_dropout return_sequences "
            "return_state go_backwards stateful time_major unroll"
        ),
        "LSTMCell": (
            "units activation recurrent_activation use_bias kernel_initializer recurrent_initializer bias_initializer "
            "unit_forget_bias kernel_regularizer recurrent_regularizer bias_regularizer kernel_constraint "
            "recurrent_constraint bias_constraint dropout recurrent_dropout"
        ),
        "Layer": "trainable name dtype dynamic",
        "LeakyReLU": "alpha",
        "LocallyConnected1D": (
            "filters kernel_size strides padding data_format activation use_bias kernel_initializer bias_initializer "
            "kernel_regularizer bias_regularizer activity_regularizer kernel_constraint bias_constraint "
            "implementation"
        ),
        "LocallyConnected2D": (
            "filters kernel_size strides padding data_format activation use_bias kernel_initializer bias_initializer "
            "kernel_regularizer bias_regularizer activity_regularizer kernel_constraint bias_constraint "
            "implementation"
        ),
        "MaxNumBoundingBoxes": None,
        "MaxPooling1D": "pool_size strides padding data_format",
        "MaxPooling2D": "pool_size strides padding data_format",
        "MaxPooling3D": "pool_size strides padding data_format",
        "MelSpectrogram": None,
        "MixUp": None,
        "MultiHeadAttention": (
            "num_heads key_dim value_dim dropout use_bias output_shape attention_axes kernel_initializer "
            "bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint "
            "bias_constraint softmax_robust_masking"
        ),
        "Pipeline": None,
        "RMSNormalization": None,
        "RNN": "cell return_sequences return_state go_backwards stateful unroll time_major",
        "RandAugment": None,
        "RandomColorDegeneration": None,
        "RandomColorJitter": None,
        "RandomContrast": "factor seed",
        "RandomCrop": "height width seed",
        "RandomElasticTransform": None,
        "RandomErasing": None,
        "RandomFlip": "mode seed",
        "RandomGaussianBlur": None,
        "RandomGrayscale": None,
        "RandomHeight": "factor interpolation seed",
        "RandomHue": None,
        "RandomInvert": None,
        "RandomPerspective": None,
        "RandomPosterization": None,
        "RandomRotation": "factor fill_mode interpolation seed fill_value",
        "RandomSaturation": None,
        "RandomSharpness": None,
        "RandomShear": None,
        "RandomTranslation": "height_factor width_factor fill_mode interpolation seed fill_value",
        "RandomWidth": "factor interpolation seed",
        "RandomZoom": "height_factor width_factor fill_mode interpolation seed fill_value",
        "Resizing": "height width interpolation crop_to_aspect_ratio",
        "ReversibleEmbedding": None,
        "STFTSpectrogram": None,
        "SimpleRNN": (
            "units activation use_bias kernel_initializer recurrent_initializer bias_initializer kernel_regularizer "
            "recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint recurrent_constraint "
            "bias_constraint dropout recurrent_dropout return_sequences return_state go_backwards stateful unroll"
        ),
        "SimpleRNNCell": (
            "units activation use_bias kernel_initializer recurrent_initializer bias_initializer kernel_regularizer "
            "recurrent_regularizer bias_regularizer kernel_constraint recurrent_constraint bias_constraint dropout "
            "recurrent_dropout"
        ),
        "Softmax": "axis robust_masking",
        "Solarization": None,
        "SpatialDropout1D": "rate",
        "SpatialDropout2D": "rate data_format",
        "SpatialDropout3D": "rate data_format",
        "StringLookup": (
            "max_tokens num_oov_indices mask_token oov_token vocabulary idf_weights encoding invert output_mode "
            "sparse pad_to_max_tokens"
        ),
        "TFSMLayer": None,
        "TextVectorization": (
            "max_tokens standardize split ngrams output_mode output_sequence_length pad_to_max_tokens vocabulary "
            "idf_weights sparse ragged encoding"
        ),
        "ThresholdedReLU": "theta",
        "TorchModuleWrapper": None,
        "ZeroPadding1D": "padding",
    },
}
