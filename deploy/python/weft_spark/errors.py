"""One clear error instead of Java's stack."""

import functools

from py4j.protocol import Py4JJavaError

WEFT = "org.weft.core.WeftException"


class WeftError(Exception):
    """What went wrong, and in ``hint`` what to do; Java's error is its ``__cause__``."""

    def __init__(self, message, hint=""):
        super().__init__(message + ("\nhint: " + hint if hint else ""))
        self.message = message
        self.hint = hint


def explained(call):
    """A method whose WeftExceptions, on their own or as a cause, become WeftErrors; other errors stay as they are."""

    @functools.wraps(call)
    def wrapper(*arguments, **named):
        try:
            return call(*arguments, **named)
        except Py4JJavaError as failure:
            known = _known(failure.java_exception)
            if known is None:
                raise
            raise WeftError(known.getMessage(), known.hint()) from failure

    return wrapper


def _known(failure):
    while failure is not None:
        if failure.getClass().getName() == WEFT:
            return failure
        failure = failure.getCause()
    return None
