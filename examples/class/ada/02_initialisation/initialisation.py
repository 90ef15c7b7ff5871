def xavier_uniform_limit(fan_in, fan_out, gain=1.0):
    fans = fan_in + fan_out
    if fans <= 0:
        raise ValueError(f"fan_in + fan_out = {fans}")
    std = gain * (2 / fans) ** 0.5  # of the normal variant
    return float(std * 3**0.5)  # U(-a, a) has std a / sqrt(3)
