"""What one program may leave behind for the next: (what the first does, an expression that is true when the second is hit).

Standard library only, but for those that name keras. `site`: the folder of the packages, `mark`: a word of this run.
"""

from __future__ import annotations

import os

MARK = f"kls-evil-{os.getpid()}"
POISONS = {
    "patch_a_builtin": ("import builtins; builtins.kls_evil = 1", "hasattr(__import__('builtins'), 'kls_evil')"),
    "patch_a_module": ("import json; json.dumps = lambda *a, **k: 'evil'", "__import__('json').dumps(1) == 'evil'"),
    "patch_keras": (
        "import keras; keras.layers.Dense.count_params = lambda self: 666",
        "__import__('keras').layers.Dense.count_params.__name__ == '<lambda>'",
    ),
    "add_a_module": (
        "import sys, types; sys.modules['kls_evil'] = types.ModuleType('kls_evil')",
        "'kls_evil' in __import__('sys').modules",
    ),
    "hook_the_imports": ("import sys; sys.meta_path.insert(0, 7)", "7 in __import__('sys').meta_path"),
    "hook_the_paths": ("import sys; sys.path.insert(0, '/kls-evil')", "'/kls-evil' in __import__('sys').path"),
    "hook_the_collector": ("import gc; gc.callbacks.append(len)", "len in __import__('gc').callbacks"),
    "trace": ("import sys; sys.setprofile(lambda *a: None)", "__import__('sys').getprofile() is not None"),
    "replace_the_hook_of_exceptions": ("import sys; sys.excepthook = print", "__import__('sys').excepthook is print"),
    "set_a_variable": (
        "import os; os.environ['LD_PRELOAD'] = '/tmp/evil.so'",
        "'LD_PRELOAD' in __import__('os').environ",
    ),
    "set_a_variable_of_python": (
        "import os; os.putenv('PYTHONPATH', '/e'); os.environ['X'] = '1'",
        "'X' in __import__('os').environ",
    ),
    "ignore_a_signal": (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "__import__('signal').getsignal(15) == __import__('signal').SIG_IGN",
    ),
    "block_a_signal": (
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [10])",
        "10 in __import__('signal').pthread_sigmask(0, [])",
    ),
    "lower_a_limit": (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))",
        "__import__('resource').getrlimit(7)[0] == 99",
    ),
    "change_the_mask": ("import os; os.umask(0o777)", "__import__('os').umask(0o22) == 0o777"),
    "change_the_folder": ("import os; os.chdir('/usr')", "__import__('os').getcwd() == '/usr'"),
    "leave_a_thread": (
        "import threading, time; threading.Thread(target=time.sleep, args=(30,), name='evil', daemon=True).start()",
        "any(t.name == 'evil' for t in __import__('threading').enumerate())",
    ),
    "leave_a_descriptor": ("import os; os.dup2(1, 99)", "__import__('os').path.exists('/proc/self/fd/99')"),
    "leave_a_file": ("open('/tmp/' + mark, 'w').close()", "__import__('os').path.exists('/tmp/' + mark)"),
    "leave_a_file_at_home": (
        "import os; os.makedirs(os.path.expanduser('~/.keras'), exist_ok=True); "
        "open(os.path.expanduser('~/.keras/keras.json'), 'w').write('{}')",
        "__import__('os').path.exists(__import__('os').path.expanduser('~/.keras/keras.json'))",
    ),
    "leave_shared_memory": (
        "open('/dev/shm/' + mark, 'w').close()",
        "__import__('os').path.exists('/dev/shm/' + mark)",
    ),
    "leave_a_package": (
        "open(site + '/kls_evil.py', 'w').close()",
        "__import__('os').path.exists(site + '/kls_evil.py')",
    ),
    "leave_a_start_file": (
        "open(site + '/usercustomize.py', 'w').close()",
        "__import__('os').path.exists(site + '/usercustomize.py')",
    ),
    "poison_the_line_cache": (
        "import linecache; linecache.cache['kls'] = (1, None, [], 'kls')",
        "'kls' in __import__('linecache').cache",
    ),
    "poison_a_codec": (
        "import codecs; codecs.register_error('kls', lambda e: ('', 0))",
        "__import__('codecs').lookup_error('kls')",
    ),
    "slow_down_the_collector": (
        "import gc; gc.disable(); gc.set_threshold(1)",
        "__import__('gc').get_threshold()[0] == 1",
    ),
    "seed_the_dice": ("import random; random.seed(0)", "__import__('random').random() == 0.8444218515250481"),
}
