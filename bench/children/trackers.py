"""Writes the scalars of a workspace as another tracker keeps them: `trackers.py TOOL WORKSPACE FOLDER`.

Each run is named study/arm/seed/id, and has its study, arm and seed as parameters where the tool knows any. MLflow's rows of runs
after the first are written by SQL, because its own calls take tens of milliseconds each.
"""

import os
import sqlite3
import sys
from pathlib import Path

EPOCHS = """
select runs.id, runs.seed, memberships.study, memberships.arm, epochs.epoch, epochs.test_accuracy, epochs.test_loss
from runs join memberships on memberships.run = runs.number join epochs on epochs.run = runs.number
order by runs.number, epochs.epoch
"""


class Run:
    def __init__(self, run_id, seed, study, arm):
        self.id = run_id
        self.parameters = {"seed": str(seed), "study": study, "arm": arm}
        self.name = f"{study}/{arm.replace(' ', '-').replace('%', '')}/s{seed}/{run_id}"
        self.points = []


def runs_of(workspace):
    database = sqlite3.connect(f"file:{Path(workspace, 'workspace.sqlite')}?mode=ro", uri=True)
    run = None
    for run_id, seed, study, arm, epoch, accuracy, loss in database.execute(EPOCHS):
        if run is None or run.id != run_id:
            if run is not None:
                yield run
            run = Run(run_id, seed, study, arm)
        run.points.append((epoch, accuracy, loss))
    if run is not None:
        yield run


def tensorboard(runs, folder):
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    for run in runs:
        path = Path(folder, run.name)
        path.mkdir(parents=True)
        with open(path / "events.out.tfevents.1700000000.bench", "wb") as file:
            writer = RecordWriter(file)
            writer.write(Event(wall_time=1.7e9, file_version="brain.Event:2").SerializeToString())
            for epoch, accuracy, loss in run.points:
                values = [
                    Summary.Value(tag="testAccuracy", simple_value=accuracy),
                    Summary.Value(tag="testLoss", simple_value=loss),
                ]
                event = Event(wall_time=1.7e9 + epoch, step=epoch, summary=Summary(value=values))
                writer.write(event.SerializeToString())
            writer.flush()


def mlflow(runs, folder):
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow.tracking import MlflowClient

    path = Path(folder, "mlflow.db")
    client = MlflowClient(f"sqlite:///{path}")
    experiment = client.create_experiment("bench", artifact_location=str(Path(folder, "artifacts")))
    first = client.create_run(experiment, run_name="first").info.run_id
    database = sqlite3.connect(path)
    database.row_factory = sqlite3.Row
    template = dict(database.execute("select * from runs where run_uuid = ?", (first,)).fetchone())
    tags = [dict(row) for row in database.execute("select * from tags where run_uuid = ?", (first,))]
    for table in ("tags", "runs"):
        database.execute(f"delete from {table} where run_uuid = ?", (first,))
    for number, run in enumerate(runs):
        identity = f"{number:032x}"
        row = template | {
            "run_uuid": identity,
            "name": run.name,
            "status": "FINISHED",
            "end_time": template["start_time"] + 200_000,
            "artifact_uri": str(Path(folder, "artifacts", identity)),
        }
        insert(database, "runs", [row])
        named = [tag | {"run_uuid": identity} for tag in tags]
        for tag in named:
            if tag["key"] == "mlflow.runName":
                tag["value"] = run.name
        insert(database, "tags", named)
        parameters = [{"key": key, "value": value, "run_uuid": identity} for key, value in run.parameters.items()]
        insert(database, "params", parameters)
        metrics = [
            {"key": key, "value": value, "timestamp": 1_700_000_000_000 + epoch * 1000, "run_uuid": identity, "step": epoch, "is_nan": 0}
            for epoch, accuracy, loss in run.points
            for key, value in (("testAccuracy", accuracy), ("testLoss", loss))
        ]
        insert(database, "metrics", metrics)
        insert(database, "latest_metrics", metrics[-2:])
    database.commit()


def insert(database, table, rows):
    if not rows:
        return
    names = list(rows[0])
    places = ", ".join(f":{name}" for name in names)
    database.executemany(f"insert into {table} ({', '.join(names)}) values ({places})", rows)


def trackio(runs, folder):
    os.environ["TRACKIO_DIR"] = str(folder)
    from trackio.sqlite_storage import SQLiteStorage

    for run in runs:
        SQLiteStorage.bulk_log(
            "bench",
            run.name,
            [{"testAccuracy": accuracy, "testLoss": loss} for _, accuracy, loss in run.points],
            steps=[epoch for epoch, _, _ in run.points],
            config=run.parameters,
        )


if __name__ == "__main__":
    tool, workspace, folder = sys.argv[1:]
    {"tensorboard": tensorboard, "mlflow": mlflow, "trackio": trackio}[tool](runs_of(workspace), folder)
