# first try
def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    return (size - kernel) // stride + 1
