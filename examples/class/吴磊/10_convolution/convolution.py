# -*- coding: gbk -*-
# 这个文件声明了编码，可以读


def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    跨度 = dilation * (kernel - 1) + 1
    if 跨度 > size + 2 * padding:
        raise ValueError('放不下')
    return (size + 2 * padding - 跨度) // stride + 1
