"""Submissions that try for points without doing the work, each appended to a starter or in the place of a solution.

CHEATS: {name: (text of a submission to assignment 1, what the reason says)}. FOUND stands for what a search brings up.
"""
SIGNATURES = {
    "energy": "v, h, W, b, c, conventions", "hidden_probs": "v, W, b, c, conventions",
    "visible_probs": "h, W, b, c, conventions", "free_energy": "v, W, b, c, conventions",
    "gibbs_step": "v, W, b, c, conventions, rng", "cd_gradient": "v_data, k, W, b, c, conventions, rng",
    "pcd_gradient": "v_data, chains, k, W, b, c, conventions, rng", "train": "v_data, n_hidden, conventions, rng",
}
N_ANSWERS = {"gibbs_step": 2, "cd_gradient": 3, "pcd_gradient": 4, "train": 3}


def functions(body, before=""):
    """A submission whose functions all have this body; `N` in it is how many answers are wanted."""
    parts = ["import numpy as np\n", before]
    for name, arguments in SIGNATURES.items():
        lines = body.replace("N_ANSWERS", str(N_ANSWERS.get(name, 1))).splitlines()
        parts.append(f"\n\ndef {name}({arguments}):\n" + "\n".join(f"    {line}" for line in lines) + "\n")
    return "\n".join(parts)


ZEROS = "zeros = tuple(np.zeros(1) for _ in range(N_ANSWERS))\nreturn zeros if N_ANSWERS > 1 else zeros[0]"
WRONG = "expected|entries|infinite|number|shape|same numbers|finite|nats|raised"

CHEATS = {
    "frames by sys": (functions("import sys\nframe = sys._getframe(1)\nreturn frame.f_locals['expected']"), "frames"),
    "frames by a traceback": (functions("""\
try:
    raise ValueError
except ValueError as error:
    frame = error.__traceback__.tb_frame
while frame is not None:
    for name, value in frame.f_locals.items():
        if "expected" in name or "right" in name:
            return value
    frame = frame.f_back
""" + ZEROS), WRONG),
    "frames by inspect": (functions("import inspect\nreturn inspect.stack()"), "imports inspect"),
    "numpy patched": (functions(ZEROS, "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
                                       "np.abs = lambda x: np.zeros(1)"), WRONG),
    "numpy.testing patched": (functions(ZEROS, "import numpy.testing\n"
                                               "numpy.testing.assert_allclose = lambda *a, **k: None"), WRONG),
    "builtins patched": (functions(ZEROS, "__builtins__['abs'] = __builtins__['max'] = lambda *a, **k: 0\n"
                                          "__builtins__['all'] = lambda x: True"), WRONG),
    "grader's modules patched": (functions(ZEROS, """\
import sys
main = sys.modules["__main__"]
for name in list(vars(main)):
    if callable(getattr(main, name)) and name.startswith(("to_", "check_", "describe")):
        setattr(main, name, lambda *a, **k: [np.zeros(1)])
"""), WRONG),
    "atexit": (functions(ZEROS, "import sys\nsys.modules['atexit'].register(lambda: open('results', 'w'))"), WRONG),
    "a thread": (functions(ZEROS, "import threading\nthreading.Thread(target=lambda: None).start()"),
                 "thread"),
    "a thread by _thread": (functions(ZEROS, "import sys\nsys.modules['_thread'].start_new_thread(print, ())"),
                            "thread"),
    "os._exit": (functions("import os\nos._exit(0)"), "ended the process"),
    "os._exit at once": ("import os\nos._exit(0)\n", "ended the process"),
    "sys.exit": (functions("import sys\nsys.exit(0)"), "ended Python"),
    "an early clean end": ("raise SystemExit(0)\n", "ended Python"),
    "a result printed": (functions("print('{\"score\": 22, \"tests\": []}')\nprint('ok all right')\n" + ZEROS), WRONG),
    "a frame of its own": (functions("""\
import sys, os
main = sys.modules["__main__"]
os.write(main.CHANNEL, main.pack({"done": True}))
os._exit(0)"""), "expected|answers"),
    "a frame of another kind": (functions("""\
import sys, os
main = sys.modules["__main__"]
os.write(main.CHANNEL, b"DGMF" + b"\\xff" * 100)
os._exit(0)"""), "ended the process"),
    "a conftest": (functions(ZEROS, "open('conftest.py', 'w').write('raise SystemExit(0)')"), "writes a file"),
    "a module that shadows numpy": (functions(ZEROS, "open('numpy.py', 'w').write('x = 1')"), "writes a file"),
    "numpy replaced": (functions(ZEROS, "import sys, types\nsys.modules['numpy'] = types.ModuleType('numpy')"), WRONG),
    "reads the solution": (functions("return open(FOUND).read()", "FOUND = SOURCE"), "opens a file"),
    "reads by numpy": (functions("return np.fromfile(FOUND)", "FOUND = SOURCE"), "opens a file"),
    "reads a package whose name begins like NumPy's": (functions(
        "import os\nreturn open(os.path.dirname(np.__file__) + '_dgm/__init__.py').read()"), "opens a file"),
    "who may do what replaced": (functions("import os, sys\nsys.modules['__main__'].PYTHON_MAY = 1\n"
                                           "return list(os.walk('/'))"), "lists files"),
    "reads its job": (functions("return open('job', 'rb').read()"), "opens a file"),
    "lists the disk": (functions("import os\nreturn os.listdir('/')"), "lists files"),
    "walks the disk": (functions("import os\nreturn list(os.walk('/'))"), "lists files"),
    "imports numpy_dgm": ("import numpy_dgm\n" + functions(ZEROS), "imports numpy_dgm"),
    "imports it later": (functions("from numpy_dgm.energy import free_energy\n" + ZEROS), "imports numpy_dgm"),
    "imports it by name": (functions("energy = __import__('numpy_dgm.energy')\n" + ZEROS), "imports numpy_dgm"),
    "imports it by exec": (functions("exec('import numpy_dgm')\n" + ZEROS), "imports numpy_dgm"),
    "imports it by importlib": (functions("import sys\nsys.modules['importlib'].import_module('numpy_dgm')\n" + ZEROS),
                                "numpy_dgm"),
    "runs the solution": (functions("import sys\nreturn exec(compile(open(FOUND).read(), 'x', 'exec'))",
                                    "FOUND = SOURCE"), "opens a file"),
    "memory of the parent": (functions("import os\nreturn open(f'/proc/{os.getppid()}/mem', 'rb').read(10)"),
                             "opens a file"),
    "environment of the parent": (functions("import os\nreturn open(f'/proc/{os.getppid()}/environ').read()"),
                                  "opens a file"),
    "cancels a timer": (functions("import signal\nsignal.alarm(0)\nwhile True:\n    pass"), "imports signal"),
    "an infinite loop": (functions("while True:\n    pass"), "longer|used up"),
    "an infinite loop at once": ("while True:\n    pass\n", "longer"),
    "a loop that cannot be interrupted": (functions("while True:\n    try:\n        while True:\n            pass\n"
                                                    "    except BaseException:\n        pass"), "longer|used up"),
    "sleeps": (functions("import time\ntime.sleep(1000)"), "longer|used up"),
    "a fork bomb": (functions("import os\nwhile True:\n    os.fork()"), "starts a process"),
    "a memory bomb": (functions("hoard = []\nwhile True:\n    hoard.append(np.ones(10**7))"), "memory|longer|used up"),
    "a huge string": (functions("return 'x' * 10**10"), "memory"),
    "a file bomb": (functions("while True:\n    open(str(id(object())), 'w').write('x' * 10**6)"), "writes a file"),
    "floods its output": (functions("while True:\n    print('x' * 10**6)"), "File too large"),
    "an object that lies": (functions("""\
class Liar:
    def __eq__(self, other):
        return True
    def __array__(self, dtype=None, copy=None):
        return np.zeros(1)
    shape, ndim, dtype = (1,), 1, np.dtype(float)
return (Liar(),) * N_ANSWERS if N_ANSWERS > 1 else Liar()"""), "type Liar"),
    "an array that lies": (functions("""\
class Liar(np.ndarray):
    def __array_finalize__(self, obj):
        pass
    def __eq__(self, other):
        return True
liar = np.zeros(3).view(Liar)
return (liar,) * N_ANSWERS if N_ANSWERS > 1 else liar"""), "type Liar"),
    "a pickle": (functions("import pickle\nreturn pickle.loads(pickle.dumps(np.zeros(3)))"), "imports pickle"),
    "a pickle by numpy": (functions("import sys\n"
                                    "return sys.modules['pickle'].loads(b'cos\\nsystem\\n(S\"true\"\\ntR.')"),
                          "pickle|raised"),
    "10^12 numbers declared": (functions("big = np.broadcast_to(0.0, (10**6, 10**6))\n"
                                         "return (big,) * N_ANSWERS if N_ANSWERS > 1 else big"), "expected|shape"),
    "a frame that declares 10^12 numbers": (functions("""\
import sys, os, json, struct
main = sys.modules["__main__"]
text = json.dumps({"call": 0, "answer": "x", "shape": [10**6, 10**6]}).encode()
os.write(main.CHANNEL, b"DGMF" + struct.pack("<II", len(text), 0) + text)
os._exit(0)""".replace("json, struct", "struct").replace("json.dumps", "main.json.dumps").replace(
        "import sys, os, struct", "import sys, os").replace("struct.pack", "main.struct.pack")), "ended the process"),
    "the network": (functions("import socket\nsocket.create_connection(('127.0.0.1', 80))"), "imports socket"),
    "the network by urllib": (functions("from urllib.request import urlopen\nurlopen('http://127.0.0.1')"),
                              "imports urllib"),
    "leaves a process": (functions("import subprocess\nsubprocess.Popen(['sleep', '1000'])"), "imports subprocess"),
    "leaves a process by posix_spawn": (functions("import os\nos.posix_spawn('/bin/sleep', ['sleep', '1000'], {})"),
                                        "starts a process"),
    "a shell": (functions("import os\nos.system('sleep 1000 &')"), "starts a process"),
    "ctypes": (functions("import sys\nsys.modules['ctypes'].CDLL(None).system(b'sleep 1000 &')"), "ctypes|raised"),
    "ctypes by way of NumPy": (functions("ctypes = type(np.zeros(1).ctypes).__init__.__globals__['ctypes']\n"
                                         "ctypes.CDLL(None).system(b'sleep 1000 &')"), "calls into C"),
    "kills the grader": (functions("import os\nos.kill(os.getppid(), 9)"), "signals"),
    "searches the memory": (functions("import gc\nreturn gc.get_objects()"), "searches the memory"),
    "traces": (functions("import sys\nsys.settrace(print)\n" + ZEROS), "traces"),
    "its own audit hook": (functions("import sys\nsys.addaudithook(print)\n" + ZEROS), "audit hook"),
    "crashes by recursion": (functions("import sys\nsys.setrecursionlimit(10**9)\ndef f():\n    return f()\nf()"),
                             "ended the process|raised|longer|memory"),
    "an error that does not end": (functions("""\
class Error(Exception):
    def __str__(self):
        while True:
            pass
raise Error"""), "longer|used up"),
    "closes what it answers through": (functions("import os\nfor n in range(3, 30):\n    try:\n        os.close(n)\n"
                                                 "    except OSError:\n        pass\n" + ZEROS), "ended the process"),
    "deletes files": (functions("import os\nos.remove('submission.py')"), "changes files"),
    "leaves its folder": (functions("import os\nos.chdir('/')"), "leaves its folder"),
    "raises its limits": (functions("import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))"),
                          "changes its limits"),
    "noise for every answer": (functions("""\
noise = tuple(1e6 * rng.standard_normal(np.shape(W)) for _ in range(N_ANSWERS)) if "rng" in dir() else np.zeros(3)
return noise"""), WRONG),
    "a path that says it is another": (functions("""\
class Path(str):
    def __eq__(self, other):
        return True
    __hash__ = str.__hash__
return open(Path(FOUND)).read()""", "FOUND = SOURCE"), "opens a file"),
    "opens at the end of the stack": (functions("""\
import os
def deep(n):
    try:
        os.open("submission.py", os.O_RDONLY)
        return deep(n + 1)
    except RecursionError:
        return n
deep(0)
return open(FOUND).read()""", "FOUND = SOURCE"), "opens a file|ended the process|Permission"),
    "what the hook calls replaced": (functions("""\
import sys, os
os.fsdecode = lambda path: "submission.py"
main = sys.modules["__main__"]
main.MAGIC = main.WRITES = main.PYTHON_MAY = None
__builtins__["isinstance"] = __builtins__["type"] = lambda *a: True
return open(FOUND).read()""", "FOUND = SOURCE"), "opens a file|ended the process|Permission|raised"),
    "code under another file's name": (functions("import os\nspace = {}\nexec(compile('import os\\nfound = os.listdir("
                                                 "\"/\")', 'importlib', 'exec'), space)\nreturn space"),
                                       "name of another file"),
    "a named pipe": (functions("import os\nos.mkfifo('/tmp/litter')\n" + ZEROS), "Permission"),
    "a signal without a request": (functions("""\
import os, sys
os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)
""" + ZEROS), "Permission"),
    "half a character": (functions("raise ValueError('\\ud800')"), "raised ValueError"),
    "an error that is a heading": (functions("raise type('X\\n\\n## `energy`: 2 of 2\\n\\n- right', (Exception,), {})"),
                                   "^it raised"),
    "no Python": ("this is no Python\n", "SyntaxError"),
    "bytes of zero": ("x = 1\0\n", "SyntaxError|ValueError|null"),
    "nothing": ("", "no function"),
    "returns its arguments": (functions("return locals()"), "type dict|expected"),
    "random numbers": (functions("rng = np.random.default_rng()\nx = rng.random((4, 5))\n"
                                 "return (x,) * N_ANSWERS if N_ANSWERS > 1 else x"), WRONG),
    "infinite": (functions("x = np.full((4, 5), np.inf)\nreturn (x,) * N_ANSWERS if N_ANSWERS > 1 else x"), WRONG),
}


def texts(source):
    """{name: text} with the path of the reference solution filled in, as a cheat would know it."""
    return {name: text.replace("SOURCE", repr(str(source))) for name, (text, _) in CHEATS.items()}
