"""The process in which a student's function runs: it calls it on each instance and sends back what comes out.

    python -I -B child.py JOB SUBMISSION        frames on standard output, nothing else

The parent has not computed an expected value yet, so none can be found here. What the student's code prints goes to
standard error. What it asks the system for is watched by an audit hook, which cannot be taken off again (PEP 578): to
read a file outside Python's own folders, to write one, to start a process, to open a connection, to look at frames. The
first such request ends the process, with the reason as a frame. What the assignment does not allow cannot be imported.

A frame is a header of JSON behind its length, and the raw numbers behind the header: nothing in it is executed when it
is read. This file is run by its path, and imports nothing but the standard library and NumPy.
"""
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
LONGEST_HEADERS = 2_000_000  # bytes, of all frames together
MOST_NUMBERS = 2_000_000  # in all frames of a task
LONGEST_SHAPE = 6
MODULES = ("numpy", "math", "cmath", "itertools", "functools", "operator", "collections", "dataclasses", "typing",
           "abc", "enum", "copy", "numbers", "fractions", "decimal", "random", "statistics", "time", "timeit",
           "datetime", "string", "re", "warnings", "contextlib", "heapq", "bisect", "types", "textwrap", "pprint",
           "json", "struct", "io", "logging", "traceback", "pathlib", "sys", "os", "__future__")  # may be imported
HIDDEN = ("ctypes", "inspect", "pickle", "signal", "socket", "subprocess")  # not to be found among what is loaded
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# of Linux
CLONE_NEWUSER, CLONE_NEWNET, PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 0x10000000, 0x40000000, 1, 22, 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
NOBODY = 65534
X86_64 = 0xC000003E
SYSCALLS = (  # of x86_64: signals, processes, priorities, limits, tracing, sockets, files of other kinds
    41, 53, 56, 57, 58, 59, 62, 101, 133, 141, 142, 144, 160, 188, 200, 203, 234, 259, 302, 310, 311, 314, 319, 321,
    322, 424, 425, 434, 435)
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
    frames, place, n_numbers, n_words = [], 0, 0, 0
    while place < len(data):
        if data[place : place + 4] != MAGIC or len(data) < place + 12:
            raise ValueError("not a frame")
        n_header, n_bytes = struct.unpack("<II", data[place + 4 : place + 12])
        place += 12
        n_words += n_header
        if n_words > max(LONGEST_HEADERS, most) or len(data) < place + n_header + n_bytes:
            raise ValueError("a frame that is longer than what was sent, or than any answer needs")
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
    is_shape = isinstance(shape, list) and len(shape) <= LONGEST_SHAPE
    if not is_shape or not all(type(n) is int and 0 <= n <= MOST_NUMBERS for n in shape):
        raise ValueError("a shape that is none")
    return np.frombuffer(numbers, dtype="<f8").reshape(shape).copy()  # ValueError where it has other bytes


def seeded_rng(seed, repetition):
    """The Generator of a run. Its state does not tell seed and repetition."""
    return np.random.default_rng(np.random.SeedSequence([seed, repetition]).generate_state(4))


def restore(value, arrays, repetition):
    """An argument from the job: arrays by their place, seeds as generators, records as namespaces."""
    if isinstance(value, list):
        return tuple(restore(one, arrays, repetition) for one in value)
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]].astype(value["dtype"])
    if "seed" in value:
        return seeded_rng(value["seed"], repetition)
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
        try:
            array = np.asarray(part)
        except ValueError:
            raise NoAnswer(f"{name}: expected an array, got {show_type(part)} with parts of different shapes") from None
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
    """End the process at the first request that no assignment needs, and say which.

    The hook cannot be taken off, and calls nothing that a submission could replace: all that it uses is bound here, and
    methods of built-in types are out of reach.
    """
    write, leave, get_frame, channel, magic = os.write, os._exit, sys._getframe, CHANNEL, MAGIC
    is_a, kind_of, text_type, integer, length, error_type = isinstance, type, str, int, len, ImportError
    any_error, no_numbers, python_may = BaseException, bytes(4), PYTHON_MAY
    separator, join, writes, modules, refused = os.sep, os.sep.join, WRITES, frozenset(MODULES), tuple(REFUSED.items())
    own_file, readable = __file__, (submission, __file__)  # for the text of a traceback
    library, *numpy_folders = (folder + os.sep for folder in python_folders())
    state = [False]  # whether the hook itself is looking at a frame, which is a request too

    def refuse(reason):
        text = '{"refused": "' + reason.replace("\\", "/").replace('"', "'") + '"}'
        data = text.encode("ascii", "replace")
        write(channel, magic + length(data).to_bytes(4, "little") + no_numbers + data)
        leave(3)

    def is_of_python(path):
        """Whether a file belongs to Python or NumPy, not to another package and not to a person."""
        if ".." in path.split(separator):
            return False
        for folder in numpy_folders:
            if path.startswith(folder):
                return True
        foreign = "site-packages" in path or "dist-packages" in path
        return path.startswith(library) and not foreign

    def frame_above(depth):
        state[0] = True
        frame = get_frame(depth)
        state[0] = False
        return frame

    def asks():
        """The file whose code asks for an import, without the machinery of imports."""
        frame = frame_above(4)
        while frame is not None and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        return "" if frame is None else frame.f_code.co_filename

    def is_by_python(asking):
        return asking == own_file or asking.startswith("<frozen") or is_of_python(asking)

    def look(event, arguments):
        if event == "import":
            name = arguments[0]
            if kind_of(name) is not text_type:
                refuse("it imports something without a name")
            top = name.partition(".")[0]
            if top not in modules and not is_by_python(asks()):
                raise error_type("it imports " + top + ", which the assignment does not allow")
        elif event == "open":
            path, _, flags = arguments
            if is_a(flags, integer) and flags & writes:
                refuse("it writes a file")
            if kind_of(path) is not text_type:
                refuse("it opens a file by a name that is no text")
            if path not in readable and not path.startswith("<") and not is_of_python(path):
                refuse("it opens a file: .../" + join(path.split(separator)[-3:])[-80:])
        elif event == "compile":
            name = arguments[1]
            if kind_of(name) is text_type and name != submission and ("importlib" in name or "frozen" in name
                                                                      or is_of_python(name)):
                caller = frame_above(3).f_code.co_filename
                if not caller.startswith("<frozen importlib"):
                    refuse("it gives code the name of another file")
        else:
            for begins, (reason, who) in refused:
                if event.startswith(begins):
                    caller = frame_above(3).f_code.co_filename
                    if not (who and ("importlib" in caller or who == python_may and is_by_python(caller))):
                        refuse(reason)
                    return

    def hook(event, arguments):
        if event == "sys._getframe" and state[0]:
            return
        try:
            look(event, arguments)
        except error_type:
            raise
        except any_error:
            leave(3)

    sys.addaudithook(hook)


def python_folders():
    """Where Python and NumPy have their files."""
    numpy_folder = os.path.dirname(os.path.realpath(np.__file__))
    library = os.path.realpath(os.path.dirname(os.__file__))
    return [library, numpy_folder, f"{numpy_folder}.libs"]


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
    """Give up what a submission does not need; what this system does not allow comes back, in words."""
    for module in MODULES[1:]:
        importlib.import_module(module)  # now, since a user without rights may not be able to read them later
    for part in ("fft", "linalg", "ma", "polynomial", "random"):
        importlib.import_module(f"numpy.{part}")
    lacks = confine_on_linux(limits) if sys.platform == "linux" else [
        "no network namespace, no limit on processes and no wall in the kernel here: only the audit hook holds those"]
    if resource is None:
        return [*lacks, "Windows has no limits on memory, processor time and files: grade in a virtual machine"]
    seconds = int(limits["seconds"]) + 1
    for name, value in (("RLIMIT_AS", limits["memory"]), ("RLIMIT_CPU", seconds), ("RLIMIT_FSIZE", limits["file"]),
                        ("RLIMIT_CORE", 0), ("RLIMIT_NPROC", 0), ("RLIMIT_NOFILE", 32)):
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))
    if sys.platform == "linux" and not restrict_calls():
        lacks.append("no filter of system calls here: only the audit hook keeps submissions from signals and processes")
    return lacks


def confine_on_linux(limits):
    """No network, an unprivileged user, an end with the parent, no files but Python's; what is lacking, in words."""
    lacks = []
    libc = ctypes.CDLL(None, use_errno=True)
    is_root = os.getuid() == 0
    if libc.unshare(CLONE_NEWNET if is_root else CLONE_NEWUSER | CLONE_NEWNET):
        lacks.append("no network namespace is allowed here: only the audit hook keeps submissions from the network")
    if is_root:
        lacks.append("the grader runs as root: submissions run as a user without rights, but a plain account is safer")
        for user in (limits["user"], NOBODY):
            try:
                os.setgroups([])
                os.setresgid(user, user, user)
                os.setresuid(user, user, user)
                break
            except OSError:  # no such number in this container
                continue
    libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)  # ends with the parent, however that ends
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if not restrict_files(libc):
        lacks.append("this kernel has no Landlock: only the audit hook keeps submissions from files"
                     + (" that others may read" if is_root else ", those of the grader among them"))
    return lacks


def restrict_files(libc):
    """Landlock: Python's folders may be read, no other file, and none written, made or removed. Whether it holds."""
    version = libc.syscall(LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return False
    all_rights = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    ruleset = libc.syscall(LANDLOCK_CREATE, struct.pack("Q", all_rights), 8, 0)
    for folder in filter(os.path.isdir, python_folders()):
        descriptor = os.open(folder, os.O_PATH)
        libc.syscall(LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", 0b1100, descriptor), 0)  # read files, list folders
        os.close(descriptor)
    done = libc.syscall(LANDLOCK_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return done


def restrict_calls():
    """seccomp: the system calls that no assignment needs fail. Whether it holds."""
    if os.uname().machine != "x86_64":
        return False
    load, equal, give, allow, fail, kill = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050001, 0x80000000
    program = [(load, 0, 0, 4), (equal, 1, 0, X86_64), (give, 0, 0, kill), (load, 0, 0, 0)]
    for number in SYSCALLS:
        program += [(equal, 0, 1, number), (give, 0, 0, fail)]
    program.append((give, 0, 0, allow))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in program))
    filters = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    return ctypes.CDLL(None).prctl(PR_SET_SECCOMP, 2, ctypes.c_char_p(filters), 0, 0) == 0


def main(job_path, submission_path):
    """Run one task."""
    with open(job_path, "rb") as file:
        frames = unpack(file.read())
    job, arrays = frames[0][0], [array for _, array in frames[1:]]
    with open(submission_path, encoding="utf-8-sig", errors="replace") as file:  # with Notepad's mark or without
        text = file.read()
    module = types.ModuleType("submission")  # its name is not "__main__", so what stands under that is not run
    module.__file__ = submission_path
    sys.modules["submission"] = module
    if "testing" in text:
        importlib.import_module("numpy.testing")
    confine(job["limits"])
    for name in HIDDEN:
        sys.modules.pop(name, None)
    watch(submission_path)
    try:
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
    if sys.argv[1:] == ["--lacks"]:  # what this system cannot hold a submission to
        print(json.dumps(confine({"user": NOBODY, "memory": 1 << 30, "seconds": 10, "file": 1 << 20})))
        sys.exit()
    CHANNEL = os.dup(1)
    os.dup2(2, 1)
    main(sys.argv[1], sys.argv[2])
