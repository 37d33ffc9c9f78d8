# A CPU image; for GPUs use an image with CUDA and start it with `--gpus all`.
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends util-linux tmux \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/pimp-tui
COPY . .
RUN pip install --no-cache-dir -c constraints.txt .
WORKDIR /work
ENV TERM=xterm-256color
ENTRYPOINT ["pimp-tui"]
