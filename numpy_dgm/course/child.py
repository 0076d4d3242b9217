"""The process in which a student's function runs: it calls it on each instance and sends back what comes out.

    python -I -B child.py JOB SUBMISSION        frames on standard output, nothing else

The parent has not computed an expected value yet, so none can be found here. What the student's code prints goes to
standard error. What it asks the system for is watched by an audit hook, which cannot be taken off again (PEP 578): to
import what the assignment does not allow, to read a file outside Python's own folders, to write one, to start a
process, to open a connection, to look at frames. The first such request ends the process, with the reason as a frame.

A frame is a header of JSON behind its length, and the raw numbers behind the header: nothing in it is executed when it
is read. This file is run by its path, and imports nothing but the standard library and NumPy.
"""
import ast
import contextlib
import ctypes
import importlib
import json
import os
import struct
import sys
import traceback
import types

import numpy as np

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

MAGIC = b"DGMF"
LONGEST_HEADER = 1_000_000
MOST_NUMBERS = 2_000_000  # in all frames of a task
MODULES = ("numpy", "math", "itertools", "functools", "operator", "collections", "dataclasses", "typing", "abc", "enum",
           "copy", "numbers", "fractions", "decimal", "random", "statistics", "time", "string", "re", "warnings",
           "contextlib", "heapq", "bisect", "types", "textwrap", "sys", "os", "__future__")  # that may be imported
CLONE_NEWUSER, CLONE_NEWNET, PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 0x10000000, 0x40000000, 1, 38  # of Linux
NOBODY = 65534
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NOBODY_MAY, IMPORTS_MAY, PYTHON_MAY = range(3)  # who may make a request: Python's imports, Python's and NumPy's code
REFUSED = {  # how an audit event begins: (what the code did, who may)
    "ctypes.": ("it calls into C by way of ctypes", NOBODY_MAY),
    "code.__new__": ("it makes code objects", PYTHON_MAY),
    "marshal.": ("it reads code from data", IMPORTS_MAY),
    "pickle.find_class": ("it reads a pickle", NOBODY_MAY),
    "gc.get_": ("it searches the memory for objects of others", NOBODY_MAY),
    "sys._getframe": ("it looks at frames", PYTHON_MAY),
    "sys._current_": ("it looks at frames", NOBODY_MAY),
    "sys.set": ("it traces", NOBODY_MAY),
    "sys.addaudithook": ("it adds an audit hook", NOBODY_MAY),
    "os.listdir": ("it lists files", IMPORTS_MAY),
    "os.scandir": ("it lists files", IMPORTS_MAY),
    "glob.glob": ("it lists files", NOBODY_MAY),
    "mmap.__new__": ("it maps memory", NOBODY_MAY),
    "resource.": ("it changes its limits", NOBODY_MAY),
    "_thread.start": ("it starts a thread", NOBODY_MAY),
    **dict.fromkeys(("os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.startfile",
                     "subprocess.Popen", "pty.spawn"), ("it starts a process", NOBODY_MAY)),
    **dict.fromkeys(("os.kill", "signal.pthread_kill"), ("it sends signals", NOBODY_MAY)),
    **dict.fromkeys(("os.putenv", "os.unsetenv"), ("it changes the environment", NOBODY_MAY)),
    **dict.fromkeys(("os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink",
                     "os.truncate", "os.utime", "shutil.", "tempfile."), ("it changes files", NOBODY_MAY)),
    **dict.fromkeys(("os.chdir", "os.fchdir", "os.chroot"), ("it leaves its folder", NOBODY_MAY)),
    **dict.fromkeys(("socket.", "urllib.", "ftplib.", "http.client", "smtplib."),
                    ("it opens a connection", NOBODY_MAY)),
}


def pack(header: dict, numbers: bytes = b"") -> bytes:
    """A frame."""
    text = json.dumps(header).encode()
    return MAGIC + struct.pack("<II", len(text), len(numbers)) + text + numbers


def pack_array(header: dict, array: np.ndarray) -> bytes:
    """A frame that holds an array, as float64."""
    array = np.asarray(array, dtype="<f8", order="C")  # ascontiguousarray would make (1,) of a number's ()
    return pack({**header, "shape": list(array.shape)}, array.tobytes())


def unpack(data: bytes, most: int = MOST_NUMBERS) -> list:
    """[(header, array or None), ...] of frames. ValueError where they are none: each length is checked before use."""
    frames, place, n_numbers = [], 0, 0
    while place < len(data):
        if data[place : place + 4] != MAGIC or len(data) < place + 12:
            raise ValueError("not a frame")
        n_header, n_bytes = struct.unpack("<II", data[place + 4 : place + 12])
        place += 12
        if n_header > LONGEST_HEADER or len(data) < place + n_header + n_bytes:
            raise ValueError("a frame that is longer than what was sent")
        header = json.loads(data[place : place + n_header])
        place += n_header
        array = None
        if not isinstance(header, dict):
            raise ValueError("a frame without a header")
        if "shape" in header:
            array = read_numbers(header["shape"], data[place : place + n_bytes])
            n_numbers += array.size
            if n_numbers > most:
                raise ValueError("more numbers than any answer has")
        frames.append((header, array))
        place += n_bytes
    return frames


def read_numbers(shape, numbers):
    """The array of a frame whose header declares `shape`."""
    if not isinstance(shape, list) or not all(type(n) is int and 0 <= n <= MOST_NUMBERS for n in shape):
        raise ValueError("a shape that is none")
    size = 1
    for n in shape:
        size *= n
    if len(shape) > 6 or size * 8 != len(numbers):
        raise ValueError(f"an array declared as {shape}, and {len(numbers)} bytes")
    return np.frombuffer(numbers, dtype="<f8").reshape(shape).copy()


def restore(value, arrays, repetition):
    """An argument from the job: arrays by their place, seeds as generators, records as namespaces."""
    if isinstance(value, list):
        return tuple(restore(one, arrays, repetition) for one in value)
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]].astype(value["dtype"])
    if "seed" in value:
        return np.random.default_rng([value["seed"], repetition])
    return types.SimpleNamespace(**{name: restore(one, arrays, repetition) for name, one in value["record"].items()})


def arrays_within(value):
    """The arrays of an argument, in order."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, tuple):
        return [array for one in value for array in arrays_within(one)]
    if isinstance(value, types.SimpleNamespace):
        return [array for one in vars(value).values() for array in arrays_within(one)]
    return []


class NoAnswer(Exception):
    """What came back is no answer, and why."""


def to_arrays(result, names):
    """What a function returned, as float64 arrays, one for each name. NoAnswer where it is something else."""
    parts = (result,) if len(names) == 1 else result
    if type(parts) not in (tuple, list) or len(parts) != len(names):
        got = f"{len(parts)} values" if type(parts) in (tuple, list) else show_type(parts)
        raise NoAnswer(f"expected {len(names)} values, {', '.join(names)}, got {got}")
    arrays = []
    for name, part in zip(names, parts):
        if part is None:
            raise NoAnswer(f"{name}: expected numbers, got None; is there a return?")
        check_plain(name, part)
        array = np.asarray(part)
        if type(array) is not np.ndarray or array.dtype.kind not in "biuf":
            raise NoAnswer(f"{name}: expected real numbers, got {show_type(part)} of {array.dtype}")
        if array.size > MOST_NUMBERS:
            raise NoAnswer(f"{name}: expected at most {MOST_NUMBERS:,} numbers, got {array.size:,}")
        arrays.append(array.astype(np.float64))
    return arrays


def show_type(value):
    return f"an object of type {type(value).__name__}"


def check_plain(name, part):
    """NoAnswer unless `part` is an array, a number or lists of numbers, of exactly those types."""
    if type(part) in (list, tuple):
        for one in part:
            check_plain(name, one)
    elif type(part) not in (np.ndarray, float, int, bool) and type(part).__module__ != "numpy":
        raise NoAnswer(f"{name}: expected an array or numbers, got {show_type(part)}")


def send(frame, channel=None):
    """Write a frame to the parent, whole."""
    view = memoryview(frame)
    while len(view):
        view = view[os.write(CHANNEL if channel is None else channel, view) :]


def watch(submission):
    """End the process at the first request that no assignment needs, and say which. It cannot be taken off."""
    write, leave, pack_frame, get_frame, channel = os.write, os._exit, pack, sys._getframe, CHANNEL  # as they are now
    real_path, separator = os.path.realpath, os.sep
    numpy_folder = real_path(os.path.dirname(np.__file__))
    python_folders = [real_path(os.path.dirname(os.__file__)), numpy_folder, f"{numpy_folder}.libs"]
    refused, modules, foreign = tuple(REFUSED.items()), frozenset(MODULES), ("site-packages", "dist-packages")
    readable = (submission, __file__)  # for the text of a traceback; "<string>" is no file, and is asked for too
    is_busy = []

    def refuse(reason):
        write(channel, pack_frame({"refused": reason}))
        leave(3)

    def is_of_python(path):
        """Whether a file belongs to Python or NumPy, not to another package and not to a person."""
        path = real_path(path)
        for folder in python_folders:
            if path.startswith(folder + separator):
                rest = path[len(folder) :].split(separator)
                return folder != python_folders[0] or not any(name in foreign for name in rest)
        return False

    def asks():
        """The file whose code made the request, without the machinery of imports; how Python itself names it."""
        frame = get_frame(3)
        while frame is not None and ("importlib" in frame.f_code.co_filename):
            frame = frame.f_back
        return "" if frame is None else frame.f_code.co_filename

    def is_by_python(asking):
        return asking == __file__ or asking.startswith("<frozen") or is_of_python(asking)

    def look(event, arguments):
        if event == "import":
            top = str(arguments[0]).partition(".")[0]
            if top not in modules and not is_by_python(asks()):
                refuse(f"it imports {top}, which the assignment does not allow")
        elif event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & WRITES:
                refuse("it writes a file")
            name = path if isinstance(path, int) else os.fsdecode(path)
            if isinstance(name, int) or not (name in readable or name.startswith("<") or is_of_python(name)):
                refuse(f"it opens a file: .../{separator.join(str(name).split(separator)[-3:])[-80:]}")
        else:
            for begins, (reason, who) in refused:
                if event.startswith(begins):
                    caller = get_frame(2).f_code.co_filename
                    if not (who and ("importlib" in caller or who == PYTHON_MAY and is_by_python(caller))):
                        refuse(reason)
                    return

    def hook(event, arguments):
        if is_busy:
            return
        is_busy.append(True)
        try:
            look(event, arguments)
        except Exception:
            refuse(f"it asks the system for {event}")
        is_busy.clear()

    sys.addaudithook(hook)


def check_imports(text, path):
    """Why the submission is refused for an import in its text, or None."""
    for node in ast.walk(ast.parse(text, path)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        for name in names:
            top = name.partition(".")[0] or "a module beside it"
            if top not in MODULES:
                return f"it imports {top}, which the assignment does not allow (line {node.lineno})"
    return None


def call_all(function, job, arrays, path):
    """Call the function on all instances, and send a frame for each answer, or why there is none."""
    names = job["answers"]
    for number, call in enumerate(job["calls"]):
        for repetition in range(call["times"]):
            arguments = {name: restore(value, arrays, repetition) for name, value in call["arguments"].items()}
            given = arrays_within(tuple(arguments.values()))
            before = [array.tobytes() for array in given]
            try:
                answers = to_arrays(function(**arguments), names)
            except (NotImplementedError, MemoryError):
                raise
            except Exception as error:
                reason = str(error) if isinstance(error, NoAnswer) else describe(error, path)
                send(pack({"call": number, "error": reason}))
                break
            for name, array in zip(names, answers):
                send(pack_array({"call": number, "answer": name}, array))
            if any(was != array.tobytes() for was, array in zip(before, given)):
                send(pack({"call": number, "overwritten": True}))


def confine(limits):
    """Give up what the submission does not need: network, privileges, memory, processor time, files, processes.

    What a system does not allow is left out; sandbox.py says which these are.
    """
    for module in MODULES[1:]:
        importlib.import_module(module)  # now, since a user without rights may not be able to read them later
    for part in ("fft", "linalg", "ma", "polynomial", "random"):
        importlib.import_module(f"numpy.{part}")
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if os.getuid() == 0:
            libc.unshare(CLONE_NEWNET)
            for user in (limits["user"], NOBODY):
                try:
                    os.setgroups([])
                    os.setresgid(user, user, user)
                    os.setresuid(user, user, user)
                    break
                except OSError:  # no such number in this container
                    continue
        else:
            libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
        libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)  # ends with the parent, however that ends
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if resource is not None:
        seconds = int(limits["seconds"]) + 1
        for name, value in (("RLIMIT_AS", limits["memory"]), ("RLIMIT_CPU", seconds), ("RLIMIT_FSIZE", limits["file"]),
                            ("RLIMIT_CORE", 0), ("RLIMIT_NPROC", 0), ("RLIMIT_NOFILE", 32)):
            with contextlib.suppress(ValueError, OSError, AttributeError):
                resource.setrlimit(getattr(resource, name), (value, value))


def main(job_path, submission_path):
    """Run one task."""
    with open(job_path, "rb") as file:
        frames = unpack(file.read())
    job, arrays = frames[0][0], [array for _, array in frames[1:]]
    with open(submission_path, encoding="utf8", errors="replace") as file:
        text = file.read()
    module = types.ModuleType("submission")  # its name is not "__main__", so what stands under that is not run
    module.__file__ = submission_path
    sys.modules["submission"] = module
    if "testing" in text:
        importlib.import_module("numpy.testing")
    confine(job["limits"])
    watch(submission_path)
    try:
        forbidden = check_imports(text, submission_path)
        if forbidden:
            send(pack({"refused": forbidden}))
            os._exit(3)
        exec(compile(text, submission_path, "exec"), module.__dict__)
        send(pack({"loaded": True}))
        function = module.__dict__.get(job["function"])
        if not callable(function):
            raise NoAnswer(f"there is no function {job['function']}")
        call_all(function, job, arrays, submission_path)
        send(pack({"done": True}))
    except NoAnswer as error:
        send(pack({"problem": str(error)}))
    except NotImplementedError:
        send(pack({"missing": True}))
    except MemoryError:
        send(pack({"problem": "it ran out of memory"}))
    except SystemExit:
        send(pack({"problem": "it ended Python, by sys.exit or exit()"}))
    except BaseException as error:  # whatever a student's code does
        send(pack({"problem": describe(error, submission_path)}))
    os._exit(0)  # nothing that the submission left for the end is run


def describe(error, path):
    """An error in one line, with the line of the submission where it arose."""
    places = [f"line {line}, in {frame.f_code.co_name}" for frame, line in traceback.walk_tb(error.__traceback__)
              if frame.f_code.co_filename == path]
    if isinstance(error, SyntaxError) and error.lineno:
        places = [f"line {error.lineno}"]
    where = f" ({places[-1]})" if places else ""
    text = " ".join(str(error).split())[:300]
    return f"it raised {type(error).__name__}: {text}{where}"


if __name__ == "__main__":
    CHANNEL = os.dup(1)
    os.dup2(2, 1)
    main(sys.argv[1], sys.argv[2])
