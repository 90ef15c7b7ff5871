import math


def adam_step(w, g, m, v, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    # The form at the end of section 2 of the Adam paper: the corrections go into lr and eps,
    # so no m_hat and no v_hat are needed.
    b1, b2 = betas
    m = m + (1 - b1) * (g - m)
    v = v + (1 - b2) * (g * g - v)
    c = math.sqrt(1 - b2**t)
    lr_t = lr * c / (1 - b1**t)
    return w - lr_t * m / (v**0.5 + eps * c), m, v
