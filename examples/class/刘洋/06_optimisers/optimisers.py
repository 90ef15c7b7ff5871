import torch
# Adam = Momentum + RMSprop


def adam_step(w, g, m, v, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    b1 = betas[0]
    b2 = betas[1]
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g ** 2
    # 偏差修正
    mh = m / (1 - b1 ** t)
    vh = v / (1 - b2 ** t)
    w = w - lr * mh / (vh.sqrt() + eps)
    return w, m, v
