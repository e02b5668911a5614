"""Runs the script of a zip that continues a run with TRL, and compares its first losses with Tilt's.

    python check_trl.py RUN.zip [--steps 3] [--processes 1] [--keep FOLDER]

With --processes the script goes through `accelerate launch` on the CPU. Prints one JSON object;
status 1 when a loss differs from expected.json by more than its tolerance there: 1e-5 of its size (at
least 1e-5), or 5e-4 after Adam's first step with an epsilon below 1e-6.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path


def command(script, arguments):
    if arguments.processes is None:
        return [sys.executable, script]
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--cpu"]
    return launch + ["--num_processes", str(arguments.processes), "--num_machines", "1", script]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("zip")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--processes", type=int)
    parser.add_argument("--keep", help="unpack here instead of a temporary folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(arguments.keep or temporary).resolve()
        zipfile.ZipFile(arguments.zip).extractall(folder)
        run = command("train.py", arguments) + ["--stop-after", str(arguments.steps)]
        # The losses are compared on the CPU.
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}
        done = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.stderr.write(done.stdout[-4000:] + done.stderr[-8000:])
            return 1
        log = json.loads((folder / "trained" / "log.json").read_text())
        expected = json.loads((folder / "expected.json").read_text())
    steps, worst, ok = [], 0.0, True
    for here, tilt in zip(log[: arguments.steps], expected["steps"]):
        difference = abs(here["loss"] - tilt["loss"])
        share = difference / max(1.0, abs(tilt["loss"]))
        worst = max(worst, share)
        ok = ok and share <= tilt["tolerance"]
        steps.append(
            {
                "step": tilt["step"],
                "trl": here["loss"],
                "tilt": tilt["loss"],
                "difference": difference,
                "grad_norm": [here.get("grad_norm"), tilt["grad_norm"]],
                "learning_rate": [here["learning_rate"], tilt["learning_rate"]],
            }
        )
    enough = len(steps) == min(arguments.steps, len(expected["steps"]))
    ok = ok and enough
    result = {"trainer": expected["trainer"], "steps": steps, "worst": worst, "ok": ok}
    print(json.dumps(result, indent=1))
    warned = [line for line in done.stderr.splitlines() if "arn" in line]
    sys.stderr.write("".join(f"said by the script: {line}\n" for line in warned))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
