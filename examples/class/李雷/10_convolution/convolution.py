def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    k = dilation*(kernel-1)+1
    if size+2*padding < k:
        raise ValueError('卷积核太大')
    return (size+2*padding-k)//stride+1
