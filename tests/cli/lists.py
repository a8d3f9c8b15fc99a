"""Lists that nobody wrote, about things that do not exist, but for LoRA."""

from __future__ import annotations

from tests.fakes.arxiv_server import invented_ids

TIDES = """\
# Awesome Tide Models

Small models that foretell tides, and what they are made with.

## Contents
- [Models](#models)

## Models
- [Brinewave](https://github.com/saltlab/brinewave) - A 120M model of gauges, fine-tuned from Shoreling. \
[Paper](https://arxiv.org/abs/2401.90001)
- [Shoreling](https://github.com/saltlab/shoreling) - A base model of 80M parameters. Apache 2.0. \
([paper](https://arxiv.org/abs/2401.90002))
- [Ebbformer](https://huggingface.co/saltlab/ebbformer) - Distilled from Brinewave for buoys.

## Fine-tuning methods
- **LoRA** (Low-Rank Adaptation) - Trains small matrices. [Paper](https://arxiv.org/abs/2106.09685)
- **Moon-phase gating** - Gates layers by the phase of the moon. [Paper](https://arxiv.org/abs/2401.90003)

## Frameworks
- [Driftkit](https://github.com/saltlab/driftkit) - Trains Brinewave with LoRA on one GPU.

## Hardware
- Small models (e.g., Shoreling): 4-8 GB RAM
- Middle models (e.g., Brinewave with LoRA): 8-16 GB RAM

## Tutorials
- [Foretelling tides with Driftkit](https://example.org/tides-tutorial) - How to train Brinewave.
"""

TIDE_PAPERS = ["2106.09685", "2401.90001", "2401.90002", "2401.90003"]

KELP = """\
# Awesome Kelp Models

## Models
- [Kelpnet](https://github.com/forest/kelpnet) - Counts kelp with 10M parameters.
- [Urchin-1B](https://github.com/forest/urchin) - Foretells urchins; a model of 1B parameters.
"""


def long_list(papers: int) -> str:
    """A list of that many models, each with a paper of its own."""
    entries = [
        f"- [Gauge {n}](https://github.com/saltlab/gauge-{n}) - Model {n} of a gauge. "
        f"[Paper](https://arxiv.org/abs/{arxiv_id})"
        for n, arxiv_id in enumerate(invented_ids(papers))
    ]
    return "\n".join(["# Awesome Gauges", "", "## Models", *entries, ""])


NAMED_IN_EXAMPLES = """\
# Awesome Things That The Help Names

## Models
- [Alpaca](https://github.com/tatsu-lab/stanford_alpaca) - A 7B model, derived from GPT-2 in this tale.
- [GPT-2](https://github.com/openai/gpt-2) - A model of 1.5B parameters.
- [BERT-mini](https://huggingface.co/prajjwal1/bert-mini) - A model of 11M parameters, tuned with LoRA.
- [Llama](https://github.com/meta-llama/llama) - A 7B model.

## Methods
- **LoRA** - Trains small matrices. [Paper](https://arxiv.org/abs/2106.09685)
- **QLoRA** - LoRA on 4-bit weights. [Paper](https://arxiv.org/abs/2305.14314)

## Frameworks
- [PEFT](https://github.com/huggingface/peft) - Implements LoRA and QLoRA.
- [ONNX Runtime](https://github.com/microsoft/onnxruntime) - Runs models anywhere.
- [ORT](https://onnxruntime.ai) - The same, by its short name.

## Hardware
- Small models (e.g., BERT-mini with LoRA): 2-4 GB RAM
- Bigger ones (e.g., Alpaca with LoRA): 16-32 GB of RAM
- Larger models (e.g., Alpaca with QLoRA): 8-16 GB RAM

## More models
""" + "".join(f"- [Skerry {n}](https://github.com/saltlab/skerry-{n}) - A model.\n" for n in range(30))
