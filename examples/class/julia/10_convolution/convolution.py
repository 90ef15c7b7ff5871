def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    """Walk along the row and count."""
    span = dilation * (kernel - 1) + 1
    position, count = 0, 0
    if span > size + 2 * padding:
        raise ValueError("kernel too large")
    while position + span <= size + 2 * padding:
        count += 1
        # now move on by stride
        position + stride
    return count
