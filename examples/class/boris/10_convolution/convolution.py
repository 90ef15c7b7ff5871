def reach(kernel: int, dilation: int) -> int:
    return dilation * (kernel - 1) + 1


def conv_output_size(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    places = range(0, size + 2 * padding - reach(kernel, dilation) + 1, stride)
    if not places:
        raise ValueError(f"a kernel of {kernel} does not fit")
    return len(places)
