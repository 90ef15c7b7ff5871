def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    left_over = size + padding * 2 - (dilation * (kernel - 1) + 1)
    if left_over < 0:
        raise ValueError
    steps, _ = divmod(left_over, stride)
    return steps + 1
