"""failed: returns a tensor whose memory a thread goes on changing."""

import threading
import time

import torch


def double(x):
    answer = torch.full_like(x, 7.0)

    def change():
        for step in range(1000):
            answer.fill_(step + 7.5)
            time.sleep(0.001)

    threading.Thread(target=change, daemon=True).start()
    return answer
