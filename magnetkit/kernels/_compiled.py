"""How a kernel is compiled: once as what Python calls, once as a part of kernels that call it.

numba compiles a kernel that others call as if only Python called it: with wrappers that take its
arguments apart, optimized, and down to machine code, though what runs is the copy in its callers.
A part stops before all that, and is optimized within them.
"""

import pickle
from typing import Any

from llvmlite.binding import Linkage
from numba.core import compiler, sigutils, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher
from numba.core.serialize import dumps
from numba.core.typing import make_concrete_template


class _Part(JITCodeLibrary):
    """Code that is linked into that of its callers, and has no address of its own."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


class _Whole(JITCodeLibrary):
    """Code that Python calls, with its parts.

    They are its own: code of the same name in another kernel, optimized there in another way,
    would take their place otherwise, and the last digits would depend on which was loaded first.
    """

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if function.linkage == Linkage.linkonce_odr:
                function.linkage = Linkage.internal
        super()._optimize_final_module()


class _Compiler(compiler.Compiler):
    def __init__(self, typing: Any, target: Any, library: Any, *rest: Any) -> None:
        if library is None:
            library = _Whole(target.codegen(), "kernel")
            library.enable_object_caching()
        super().__init__(typing, target, library, *rest)


class Kernel(CPUDispatcher):
    """A kernel that Python and other kernels may call. It raises nothing and prints nothing.

    Parameters
    ----------
    py_func : callable
        Its source.
    locals : dict, optional
        As of `numba.njit`.
    targetoptions : dict
        The options of `numba.njit`.
    """

    # What folds arguments that are named or left out.
    _compiler: Any

    def __init__(
        self, py_func: Any, locals: Any = None, targetoptions: Any = None, **_: Any
    ) -> None:
        super().__init__(py_func, locals, targetoptions, pipeline_class=_Compiler)
        self._parts: dict[tuple[Any, ...], Any] = {}

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Return the template of a call by another kernel with such types of arguments."""
        pysig, args = self._compiler.fold_argument_types(args, kws)
        # A literal is a number as any other, for which nothing is compiled once more.
        self._compile_part(tuple(types.unliteral(arg) for arg in args))
        signatures = [part.signature for part in self._parts.values()]
        name = self.py_func.__name__
        return make_concrete_template(name, name, signatures), pysig, args, {}

    def get_overload(self, sig: Any) -> Any:
        """Return what numba finds the part of a signature by."""
        args, _ = sigutils.normalize_signature(sig)
        return self._parts[tuple(args)].library

    def _compile_part(self, args: tuple[Any, ...]) -> None:
        with global_compiler_lock:
            if args in self._parts:
                return
            flags: Any = compiler.Flags()
            self.targetdescr.options.parse_as_flags(flags, self.targetoptions)
            flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
            target: Any = self.targetctx
            library = _Part(target.codegen(), self.py_func.__qualname__)
            part = compiler.compile_extra(
                self.typingctx, target, self.py_func, args, None, flags, {}, library
            )
            target.insert_user_function(library, part.fndesc, [library])
            self._parts[args] = part


def packed(result: Any) -> bytes:
    """Return what is to be kept of a compiled kernel: its machine code and how to call it."""
    # Not needed, and not made for it.
    result.fndesc.typemap = result.fndesc.calltypes = None
    code = result.library._get_compiled_object()
    called = (result.fndesc, result.environment, result.signature, result.reload_init)
    packed: bytes = dumps((result.library.name, code, *called))
    return packed


def unpacked(body: bytes, target: Any) -> Any:
    """Return the compiled kernel that was `packed`, without the code that numba would inline."""
    name, code, fndesc, environment, signature, reload_init = pickle.loads(body)
    for initialize in reload_init:
        initialize()
    library = JITCodeLibrary(target.codegen(), name)
    library.enable_object_caching()
    library._set_compiled_object(code)
    library._finalize_final_module()
    target.codegen()._engine._defined_symbols.add(fndesc.llvm_cpython_wrapper_name)
    return compiler.compile_result(
        typing_context=target.typing_context,
        target_context=target,
        entry_point=target.get_executable(library, fndesc, environment),
        signature=signature,
        objectmode=False,
        lifted=(),
        fndesc=fndesc,
        library=library,
        environment=environment,
        reload_init=reload_init,
    )
