"""An e-mail and chat intake gateway for a support desk: see docs/architecture.md for the house."""

import os

# numpy's BLAS reads it once, when it is first imported. The matrices of one message are small: on a busy machine
# threads spin while they wait for each other, and a message costs four times the CPU (63 a second became 14).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
