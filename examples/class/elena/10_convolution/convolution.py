def conv_output_size(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    effective = dilation * (kernel - 1) + 1
    padded = size + padding
    if effective > padded:
        raise ValueError(f"kernel {kernel} (effective {effective}) > input {padded}")
    return (padded - effective) // stride + 1


print(conv_output_size(28, 5))  # LeNet, should be 24
