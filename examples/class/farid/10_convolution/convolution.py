def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    """(H - F + 2P) / S + 1, from the notes"""
    result = (size - kernel + 2 * padding) / stride + 1
    return result
