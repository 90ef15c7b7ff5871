def adam_step(w, g, m, v, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    (b1, b2) = betas
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    mhat, vhat = m / (1 - b1**t), v / (1 - b2**t)
    return (w - lr * mhat / (vhat**0.5 + eps), m, v)
