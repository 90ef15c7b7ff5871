"""crashed|failed: defines a hundred thousand names, so that the list of them is too long to send."""

globals().update({f"name_{number:0100}": None for number in range(100_000)})


def double(x):
    return x
