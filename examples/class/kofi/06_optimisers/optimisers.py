import torch


def adam_step(w, g, m, v, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    print(f"--- step {t} ---")
    b1, b2 = betas
    m = b1 * m + (1 - b1) * g; print("m", m)
    v = b2 * v + (1 - b2) * g**2; print("v", v)
    mh = m / (1 - b1**t); print("m_hat", mh)
    vh = v / (1 - b2**t); print("v_hat", vh)
    print("done\n" * 20)
    return w - lr * mh / (torch.sqrt(vh) + eps), m, v
