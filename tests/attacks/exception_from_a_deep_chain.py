"""crashed: raises from the bottom of a chain of 900 exceptions with 900 frames each."""


def fall(depth):
    try:
        if depth:
            fall(depth - 1)
        raise ValueError(depth)
    except ValueError as error:
        raise KeyError(depth) from error


def double(x):
    fall(300)
