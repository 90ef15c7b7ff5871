"""unreadable: a zip in a zip in a zip, a hundred deep."""

import io
import zipfile


def build(folder):
    data = b"def double(x):\n    return 2 * x\n"
    name = "demo.py"
    for _ in range(100):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, data)
        data, name = buffer.getvalue(), "inner.zip"
    path = folder / "nested.zip"
    path.write_bytes(data)
    return path
