"""Cheats: what is not computed on fresh inputs earns nothing, and honest work beside it is untouched."""

import nbformat
import pytest

# The unwritten notebook with one cell more: whatever the cell does to its process, no exercise is solved by it.
PROCESS_CHEATS = {
    "transformers of the shell: AST": """
import ast
class Always(ast.NodeTransformer):
    def visit_Raise(self, node):
        return ast.copy_location(ast.parse("return 1").body[0], node)
    def visit_Call(self, node):
        return ast.copy_location(ast.Constant(True), node)
get_ipython().ast_transformers.append(Always())
""",
    "transformers of the shell: input": """
get_ipython().input_transformers_cleanup.append(lambda lines: ["passed = True\\n"])
get_ipython().input_transformers_post.append(lambda lines: ["points = 100\\n"])
""",
    "hooks of the shell: events": """
def answer(*_):
    for name in ("lstm_gates", "lstm_forward", "lstm_backward"):
        get_ipython().user_ns[name] = lambda *arguments: [True] * 4
for event in ("pre_run_cell", "post_run_cell", "pre_execute", "post_execute"):
    get_ipython().events.register(event, answer)
""",
    "sys.modules: a check of one's own": """
import sys, types, autograder
autograder.check = check = lambda *arguments: 100
for name in ("judge", "verdict", "compare", "check", "grading"):
    module = types.ModuleType("autograder." + name)
    module.compare = module.judge = module.check = lambda *arguments: 100
    sys.modules["autograder." + name] = module
""",
    "patched NumPy": """
np.allclose = np.isclose = np.array_equal = lambda *arguments, **named: True
np.testing.assert_allclose = lambda *arguments, **named: None
np.abs = lambda value: 0.0
np.asarray = np.array
""",
    "patched builtins": """
import builtins
builtins.all = builtins.any = lambda *arguments: True
builtins.abs = lambda value: 0
builtins.NotImplementedError = type("Fine", (Exception,), {})
""",
    "patched JSON": """
import json
plain = json.dumps
def forged(value, *arguments, **named):
    if isinstance(value, dict) and value.get("op") == "done":
        value = {**value, "error": None, "passed": True, "points": 100, "status": "ok"}
    return plain(value, *arguments, **named)
json.dumps = forged
""",
    "patched safetensors": """
import safetensors.numpy
safetensors.numpy.save = lambda arrays, metadata=None: b"100 / 100 points"
""",
    "patched trees": """
from autograder import tree
plain = tree.encode
tree.encode = lambda value: plain([1.0, 1.0, 1.0, 1.0])
tree.np.array = lambda value, **named: value
""",
    "patched session: results": """
import gc
from autograder.sandbox.inside import serve
serve.Call.apply = lambda self, function, arguments, request: (list(arguments[:1]) * 4, None)
""",
    "hooks of the shell: exceptions": """
def fine(shell, etype, value, tb, tb_offset=None):
    shell.user_ns["passed"] = True
get_ipython().set_custom_exc((BaseException,), fine)
get_ipython().showtraceback = lambda *arguments, **named: None
""",
    "hooks of the shell: a namespace that has everything": """
class Everything(dict):
    def __contains__(self, name): return True
    def __missing__(self, name): return lambda *arguments: [1.0] * 4
    def __getitem__(self, name): return lambda *arguments: [1.0] * 4
get_ipython().user_ns = Everything(get_ipython().user_ns)
""",
    "hooks of the shell: cells that are not run": """
from types import SimpleNamespace
fine = SimpleNamespace(error_before_exec=None, error_in_exec=None, success=True, result=100)
get_ipython().run_cell = lambda *arguments, **named: fine
get_ipython().outputs.shown = lambda: [
    {"output_type": "execute_result", "data": {"text/plain": "100"}, "metadata": {}, "execution_count": 1}
]
""",
    "hooks of the interpreter: tracing": """
import sys
def tracing(frame, event, argument):
    if event == "exception":
        frame.f_locals["error"] = None
    return tracing
sys.settrace(tracing)
sys.setprofile(lambda *arguments: None)
sys.excepthook = sys.unraisablehook = lambda *arguments: None
""",
    "hooks of the interpreter: imports": """
import sys, types
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("seqlib", "autograder", "solutions")):
            module = types.ModuleType(name)
            module.__getattr__ = lambda key: lambda *arguments: [True] * 4
            sys.modules[name] = module
        return None
sys.meta_path.insert(0, Finder())
import builtins
builtins.__import__ = lambda plain: (lambda name, *arguments: plain(name, *arguments))(builtins.__import__)
""",
    "patched torch": """
import sys, types
torch = types.ModuleType("torch")
torch.nn = types.SimpleNamespace(LSTM=lambda *arguments: lambda *x: x, functional=None)
torch.manual_seed = lambda seed: None
torch.allclose = torch.equal = lambda *arguments, **named: True
sys.modules["torch"] = torch
""",
    "patched limits": """
import signal
from autograder.sandbox.inside import serve
signal.setitimer = lambda *arguments: None
serve.Limiter.disarm = serve.seed_everything = lambda *arguments: None
""",
    "patched questions": """
from autograder.sandbox.inside import serve
serve.Session._stub = lambda self, name: lambda *arguments: [1.0] * 4
""",
    "sys.modules: the library": """
import sys, types
fake = types.ModuleType("seqlib.lstm")
fake.lstm_gates = fake.lstm_forward = lambda *arguments: True
sys.modules["seqlib.lstm"] = sys.modules["seqlib.mine"] = sys.modules["numpy.testing"] = fake
""",
}


@pytest.mark.parametrize("source", PROCESS_CHEATS.values(), ids=PROCESS_CHEATS)
def test_what_is_done_to_the_process_earns_nothing(lstm, source):
    assert lstm.points(lstm.unwritten().begin(source)) == lstm.nothing()


# In place of the first exercise's answer; all other exercises are right.
ANSWERS = {
    "an object that equals everything": """
class Same:
    shape = (5, 4)
    dtype = np.dtype(float)
    def __eq__(self, other): return True
    __ne__ = __lt__ = __gt__ = lambda self, other: False
    __sub__ = __rsub__ = lambda self, other: 0.0
    __array__ = lambda self, dtype=None, copy=None: np.zeros((5, 4))
    __hash__ = object.__hash__
def lstm_gates(xt, a_prev, parameters):
    return Same(), Same(), Same(), Same()
""",
    "array subclass": """
class Fine(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **named): return np.True_
    def __array_function__(self, function, types, arguments, named): return np.True_
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
def lstm_gates(xt, a_prev, parameters):
    return tuple(np.zeros(a_prev.shape).view(Fine) for _ in range(4))
""",
    "float subclass": """
class Near(float):
    __sub__ = __rsub__ = lambda self, other: 0.0
    __eq__ = lambda self, other: True
    __hash__ = float.__hash__
def lstm_gates(xt, a_prev, parameters):
    return tuple([[Near(0.5)] * a_prev.shape[1]] * a_prev.shape[0] for _ in range(4))
""",
    "container subclass": """
class Four(tuple):
    def __iter__(self): return iter([True] * 4)
    def __eq__(self, other): return True
    __hash__ = tuple.__hash__
def lstm_gates(xt, a_prev, parameters):
    return Four([1, 1, 1, 1])
""",
    "an array-like of one's own": """
class Like:
    __array_interface__ = {"shape": (5, 4), "typestr": "<f8", "data": (0, False), "version": 3}
    __array_priority__ = 1e9
    __float__ = lambda self: 0.5
    __len__ = lambda self: 4
    __getitem__ = lambda self, k: self
def lstm_gates(xt, a_prev, parameters):
    return [Like()] * 4
""",
    "a tensor of a torch of one's own": """
class Tensor:
    shape = (5, 4)
    detach = cpu = lambda self: self
    numpy = lambda self: np.full(self.shape, True, dtype=object)
Tensor.__module__ = "torch"
def lstm_gates(xt, a_prev, parameters):
    return [Tensor()] * 4
""",
    "a text subclass for keys": """
class Key(str):
    __eq__ = lambda self, other: True
    __hash__ = lambda self: 0
def lstm_gates(xt, a_prev, parameters):
    return {Key("a"): 1}
""",
    "complex numbers": """
def lstm_gates(xt, a_prev, parameters):
    return tuple(np.full(a_prev.shape, 0.5 + 0j) for _ in range(4))
""",
    "not a number": """
def lstm_gates(xt, a_prev, parameters):
    return tuple(np.full(a_prev.shape, value) for value in (np.nan, np.inf, -np.inf, np.nan))
""",
    "masked away": """
def lstm_gates(xt, a_prev, parameters):
    return tuple(np.ma.masked_all(a_prev.shape) for _ in range(4))
""",
    "an empty result": """
def lstm_gates(xt, a_prev, parameters):
    return tuple(np.zeros((0, a_prev.shape[1])) for _ in range(4))
""",
    "broadcast": """
def lstm_gates(xt, a_prev, parameters):
    return 0.5, 0.5, 0.0, 0.5
""",
    "search of the stack": """
import sys
def lstm_gates(xt, a_prev, parameters):
    frame, found = sys._getframe(1), []
    while frame is not None:
        for value in list(frame.f_locals.values()):
            for item in value if isinstance(value, (list, tuple)) else [value]:
                if isinstance(item, np.ndarray) and item.shape == a_prev.shape:
                    found.append(item)
        frame = frame.f_back
    return (found * 4)[:4]
""",
    "search of the heap": """
import gc
def lstm_gates(xt, a_prev, parameters):
    gc.unfreeze()
    found = []
    for thing in gc.get_objects():
        items = thing.values() if type(thing) is dict else thing if type(thing) in (list, tuple) else [thing]
        try:
            found += [i for i in list(items) if type(i) is np.ndarray and i.shape == a_prev.shape and i is not a_prev]
        except Exception:
            pass
    return (found * 4 + [a_prev] * 4)[:4]
""",
    "search of /proc": """
import glob
def lstm_gates(xt, a_prev, parameters):
    seen = [open(path, "rb").read() for path in glob.glob("/proc/*/mem") + glob.glob("/proc/*/environ")]
    return np.frombuffer(b"".join(seen)[: 8 * a_prev.size]).reshape(a_prev.shape)
""",
    "search of its own memory": """
import ctypes, re
def lstm_gates(xt, a_prev, parameters):
    found = []
    for line in open("/proc/self/maps"):
        low, high = (int(x, 16) for x in line.split()[0].split("-"))
        found += re.findall(b"expected|def lstm_gates", ctypes.string_at(low, high - low))
    return found
""",
    "search of the channel's other end": """
import os
def lstm_gates(xt, a_prev, parameters):
    seen = [os.readlink(f"/proc/self/fd/{k}") for k in range(64)] + os.listdir("/proc/1/root")
    return [np.frombuffer(os.pread(k, 8 * a_prev.size, 0)).reshape(a_prev.shape) for k in range(3, 7)]
""",
    "search of what called it, through the garbage collector": """
import gc
def lstm_gates(xt, a_prev, parameters):
    seen, edge = [], [xt]
    for _ in range(4):
        edge = [r for r in gc.get_referrers(*edge) if r is not seen and r is not edge][:200]
        seen += edge
    arrays = [v for r in seen if type(r) in (list, tuple) for v in r if type(v) is np.ndarray]
    return ([v for v in arrays if v.shape == a_prev.shape and v is not a_prev] + [a_prev] * 4)[:4]
""",
    "search of the disk for the answer": """
import os, sys
def lstm_gates(xt, a_prev, parameters):
    for root in ["/work", "/home", "/root", "/sandbox", "/scratch", "/mnt", "/srv", "/opt", os.getcwd()]:
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                if name.endswith((".py", ".ipynb")) and "def lstm_gates(" in open(path, errors="ignore").read():
                    exec(open(path).read(), found := {})
                    return found["lstm_gates"](xt, a_prev, parameters)
    raise LookupError("no answer anywhere")
""",
    "importing the answer": """
import importlib
def lstm_gates(xt, a_prev, parameters):
    places = ["seqlib.lstm", "seqlib.mine", "autograder.exercises.lstm", "autograder.variants.lstm",
              "autograder.judge", "autograder.grading", "autograder.frozen", "solutions.lstm", "torch"]
    for place in places:
        try:
            return getattr(importlib.import_module(place), "lstm_gates")(xt, a_prev, parameters)
        except (ImportError, AttributeError, FileNotFoundError):
            pass
    raise LookupError("no answer anywhere")
""",
    "right the first time only": """
calls = []
def lstm_gates(xt, a_prev, parameters):
    calls.append(1)
    if len(calls) > 1:
        return tuple(np.full(a_prev.shape, 0.5) for _ in range(4))
    s = np.concatenate([a_prev, xt])
    f, u, o = (sigmoid(parameters["W" + g] @ s + parameters["b" + g]) for g in "fuo")
    return f, u, np.tanh(parameters["Wc"] @ s + parameters["bc"]), o
""",
    "a pickle bomb": """
import pickle
class Bomb:
    def __reduce__(self): return (eval, ("__import__('os')._exit(1)",))
def lstm_gates(xt, a_prev, parameters):
    return np.array([Bomb()] * 4, dtype=object)
""",
    "a pickle bomb for an array": """
import io, pickle
class Bomb:
    def __reduce__(self): return (eval, ("__import__('os')._exit(1)",))
def lstm_gates(xt, a_prev, parameters):
    file = io.BytesIO()
    np.save(file, np.array([Bomb()], dtype=object), allow_pickle=True)
    return file.getvalue()
""",
    "a pickle bomb for an error": """
class Bomb(Exception):
    def __reduce__(self): return (eval, ("__import__('os')._exit(1)",))
    __str__ = __repr__ = lambda self: __import__("pickle").dumps(self).decode("latin-1")
def lstm_gates(xt, a_prev, parameters):
    raise Bomb()
""",
    "an error that says all is well": """
def lstm_gates(xt, a_prev, parameters):
    raise NotImplementedError("10 / 10 points, passed")
""",
}


@pytest.mark.parametrize("source", ANSWERS.values(), ids=ANSWERS)
def test_what_is_no_answer_earns_nothing_and_costs_its_own_exercise_only(lstm, source):
    assert lstm.points(lstm.right().write("lstm_gates", source)) == lstm.without("lstm_gates")


def test_answering_differently_when_graded_is_paid_for_what_it_computes(lstm):
    """Telling that one is graded is possible; it helps nobody who cannot compute the answer."""
    told = "import sys\nGRADED = 'autograder.sandbox.inside.serve' in sys.modules\n"
    right = lstm.answers["lstm_gates"].replace("def lstm_gates", "def right")
    source = f"{told}{right}\ndef lstm_gates(*a):\n    return right(*a) if GRADED else None\n"
    assert lstm.points(lstm.right().write("lstm_gates", source)) == lstm.full
    source = f"{told}{right}\ndef lstm_gates(*a):\n    return None if GRADED else right(*a)\n"
    assert lstm.points(lstm.right().write("lstm_gates", source)) == lstm.without("lstm_gates")


# On the socket that the session inherited, found by trying descriptors.
CHANNEL = """
import os, stat, json, struct
from autograder.sandbox.inside import wire
def say(data):
    for number in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                os.write(number, data)
        except OSError:
            pass
def lstm_gates(xt, a_prev, parameters):
    say({})
    return None
"""
FORGED = {
    "a reply to nothing": "wire.pack({'op': 'done', 'id': 999, 'error': None, 'parts': [], 'points': 100})",
    "a reply without a result": "wire.pack({'op': 'done', 'id': 1, 'error': None, 'parts': []})",
    "a question in the first round": "wire.pack({'op': 'ask', 'name': 'lstm_gates'}, [b''])",
    "a pickle": "__import__('pickle').dumps(['points', 100])",
    "a length without end": "struct.pack('!II', 2**32 - 1, 2**32 - 1)",
    "nothing but brackets": "struct.pack('!II', 500000, 0) + b'[' * 500000",
}


@pytest.mark.parametrize("said", FORGED.values(), ids=FORGED)
def test_a_forged_reply_ends_its_own_session_only(lstm, said):
    points = lstm.points(lstm.right().write("lstm_gates", CHANNEL.format(said)))
    assert points == lstm.without("lstm_gates")
    flag = next(flag for flag in lstm.flags if flag["name"] == "process ended")
    assert "lstm_gates sent" in flag["message"]


def test_a_forged_reply_with_the_right_number_is_only_a_wrong_answer(lstm):
    source = """
import gc
from autograder import tree
from autograder.sandbox.inside.serve import Session
session = next(thing for thing in gc.get_objects() if type(thing) is Session)
receive = session.channel.receive
def forging():
    request, blobs = receive()
    if request.get("function") == "lstm_gates":
        parts = {"error": None, "parts": ["result"], "op": "done", "id": request["id"]}
        session.channel.send(parts, tree.encode([1.0, 1.0, 1.0, 1.0]))
        return forging()
    return request, blobs
session.channel.receive = forging
"""
    assert lstm.points(lstm.right().begin(source)) == lstm.without("lstm_gates")


# Forged replies with the right number: the judge lives through whatever a stranger calls a result.
CONTENTS = {
    "nothing": "b''",
    "no header": "b'\\xff' * 64",
    "a pickle": "__import__('pickle').dumps([1.0] * 4)",
    "no tree": "header(None, {})",
    "a tree that is no text": "header(3, {})",
    "an unknown array": 'header(\'{"list": [{"array": "zz"}]}\', {})',
    "a fixture": 'header(\'{"list": [{"fixture": "reference_parameters", "data": "../../x"}]}\', {})',
    "brackets without end": "header('[' * 100000, {})",
    "lists without end": "header('{\"list\":[' * 400 + ']}' * 400, {})",
    "not a number, as JSON has none": "header('{\"list\": [NaN, Infinity, -Infinity, NaN]}', {})",
    "a number of 4,000 digits": "header('{\"list\": [' + ','.join(['1' * 4000] * 4) + ']}', {})",
    "a number of 5,000 digits": "header('{\"list\": [' + ','.join(['1' * 5000] * 4) + ']}', {})",
    "a million nulls": "header('{\"list\": [' + ','.join(['null'] * 200000) + ']}', {})",
    "too long a structure": "header('{\"list\": [' + ','.join(['null'] * 1000000) + ']}', {})",
    "complex numbers": "four('C64', [5, 4], 160)",
    "halves of a kind that NumPy lacks": "four('BF16', [5, 4], 40)",
    "no numbers in a huge shape": "four('F64', [0, 1 << 62], 0)",
    "a shape that overflows": "four('F64', [1 << 40, 1 << 40], 160)",
    "a shape below nothing": "four('F64', [-5, -4], 160)",
    "more than was sent": "four('F64', [5, 4], 1 << 50)",
}
WITH_CONTENT = """
import gc, json, struct
from autograder.sandbox.inside.serve import Session
def header(tree, arrays, size=0):
    text = json.dumps({{"__metadata__": {{"tree": tree}}, **arrays}}).encode()
    return struct.pack("<Q", len(text)) + text + bytes(min(size, 1 << 16))
def four(kind, shape, size):
    tree = json.dumps({{"tuple": [{{"array": "a"}}] * 4}})
    return header(tree, {{"a": {{"dtype": kind, "shape": shape, "data_offsets": [0, size]}}}}, size)
session = next(thing for thing in gc.get_objects() if type(thing) is Session)
receive = session.channel.receive
def forging():
    request, blobs = receive()
    if request.get("function") == "lstm_gates":
        session.channel.send({{"error": None, "parts": ["result"], "op": "done", "id": request["id"]}}, {})
        return forging()
    return request, blobs
session.channel.receive = forging
"""


def test_no_content_of_a_forged_reply_makes_the_judge_fail(lstm):
    for name, content in CONTENTS.items():
        result = lstm.graded("eve", lstm.right().begin(WITH_CONTENT.format(content)).text())
        assert {name: v.points for name, v in result.verdicts.items()} == lstm.without("lstm_gates"), name
        assert set(lstm.flag_names) <= {"process ended"}, name
        assert result.run.get("errors", []) == [], name
        assert len(str(result.to_dict())) < 100_000, name
    lstm.grade(lstm.unwritten())


def test_forged_outputs_and_errors_of_cells_are_checked_and_cut(lstm):
    source = """
import gc
from autograder.sandbox.inside.serve import Session
session = next(thing for thing in gc.get_objects() if type(thing) is Session)
forged = {"status": "ok", "error": "x" * 10**6, "cut": "no", "points": 100, "verdict": {"points": 100}}
outputs = [{"output_type": "stream", "name": "stderr", "text": "x" * 10**6, "metadata": {"nbgrader": {"points": 9}}}]
receive = session.channel.receive
def forging():
    request, blobs = receive()
    while request["op"] == "run":
        session.channel.send({**forged, "outputs": outputs, "op": "done", "id": request["id"]})
        request, blobs = receive()
    return request, blobs
session.channel.receive = forging
"""
    result = lstm.grade(lstm.unwritten().begin(source))
    assert {name: v.points for name, v in result.verdicts.items()} == lstm.nothing()
    assert "output cut" in lstm.flag_names
    assert all(
        len(str(outputs)) < 300_000 and "nbgrader" not in str(outputs) for outputs in result.outputs.values()
    )


def test_cell_tags_change_nothing(lstm):
    notebook = lstm.unwritten()
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception", "remove-cell", "demo"]
        cell.metadata["autograder"] = {"role": "demo"}
    assert lstm.points(notebook) == lstm.nothing()
    notebook = lstm.right()
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]
    assert lstm.points(notebook) == lstm.full


def test_forged_outputs_and_metadata_edits_are_not_believed_and_are_noticed(lstm):
    notebook = lstm.unwritten()
    for cell in notebook.cells:
        if cell.id.startswith("check-"):
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "100"})]
            cell.metadata["nbgrader"].update(points=1000, locked=False, solution=True)
    assert lstm.points(notebook) == lstm.nothing()
    assert lstm.flag_names == ["forged"]
    assert "not believed" in lstm.flags[0]["message"]


def test_a_locked_check_is_replaced_by_the_courses_own(lstm):
    notebook = lstm.unwritten()
    for cell in notebook.cells:
        if cell.id.startswith("check-"):
            cell.source = "print('100 / 100 points')\n100"
    assert lstm.points(notebook) == lstm.nothing()
    assert lstm.flag_names == ["check edited"]
    assert "the course's own check was used" in lstm.flags[0]["message"]


def test_metadata_edits_make_no_check_of_a_cell(lstm):
    notebook = lstm.unwritten().end("raise SystemExit(100)")
    notebook.cells[-1].metadata = {"autograder": {"role": "check", "exercise": "lstm_gates"}}
    notebook.cells[-1].metadata["nbgrader"] = {
        "grade": True,
        "points": 100,
        "grade_id": "more",
        "locked": True,
    }
    assert lstm.points(notebook) == lstm.nothing()


def test_what_an_earlier_session_left_behind_is_gone(lstm):
    """Nothing that a session writes, in memory or on disk, is there for the next one."""
    source = lstm.answers["lstm_gates"].replace("def lstm_gates", "def right")
    leave = f"open('/scratch/answer.py', 'w').write({source!r})\nimport sys\nsys.modules['kept'] = np"
    lstm.points(lstm.unwritten().begin(leave))
    look = "def lstm_gates(*a):\n    import kept\n    return kept.right(*a)\n"
    disk = (
        "def lstm_gates(*a):\n    exec(open('/scratch/answer.py').read(), globals())\n    return right(*a)\n"
    )
    for found in (look, disk):
        assert lstm.points(lstm.right().write("lstm_gates", found)) == lstm.without("lstm_gates")
