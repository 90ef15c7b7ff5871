def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    room = size + 2*padding - dilation*(kernel-1) - 1
    if room < 0: raise ValueError("no room")
    return 1 + room//stride
