import torch


def conv_output_size(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    effective = dilation * (kernel - 1) + 1
    padded = size + padding
    if effective > padded:
        raise ValueError(f"kernel {kernel} (effective {effective}) > input {padded}")
    return (padded - effective) // stride + 1


print(conv_output_size(28, 5))  # LeNet, should be 24


def pad2d(x, p):
    h, w = x.shape[-2], x.shape[-1]
    y = torch.zeros(list(x.shape[:-2]) + [h + 2 * p, w + 2 * p], dtype=x.dtype)
    y[..., p : p + h, p : p + w] = x
    return y


def conv2d_single(x, kernel, stride=1, padding=0):
    # the book on image processing says that a convolution flips the kernel
    k = torch.flip(kernel, [0, 1])
    x = pad2d(x, padding)
    kh, kw = k.shape
    out = []
    for i in range(0, x.shape[0] - kh + 1, stride):
        out.append(torch.stack([(x[i : i + kh, j : j + kw] * k).sum() for j in range(0, x.shape[1] - kw + 1, stride)]))
    return torch.stack(out)
