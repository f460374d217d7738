"""How long proofreading takes, and how much memory more than a process without it: one core, a text of 2,000 characters."""

import random
import statistics
import time

import psutil

from benchmarks.rows import Given, Row
from nlp.proofread.proofreader import Proofreader

ASKED_MS, ASKED_MB = 200.0, 200.0
LENGTH, ROUNDS = 2000, 20
_SENTENCES = (
    "各有关部门要高度重视，认真贯彻落实会议精神，切实加强组织领导。",
    "今年以来，全市新增城镇就业人员三万余人，完成全年目标任务的百分之八十二。",
    "请广大市民合理安排出行时间，听从现场工作人员指挥，注意交通安全。",
    "对检查中发现的问题，要建立台账，明确责任人和整改时限，逐项销号。",
    "市水务集团将于本周六对柳塘区部分管网进行检修，期间可能出现水压偏低的情况。",
    "我们将进一步优化办事流程，让群众少跑路，让数据多跑路。",
)


def run(_: Given) -> list[Row]:
    """Measure with the shipped model."""
    chance = random.Random(0)
    text = "".join(chance.choices(_SENTENCES, k=LENGTH // 20))[:LENGTH]
    process = psutil.Process()
    before = process.memory_info().rss
    started = time.perf_counter()
    proofreader = Proofreader.load()
    loaded = time.perf_counter() - started
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        proofreader.proofread(text)
        times.append(time.perf_counter() - started)
    memory = (process.memory_info().rss - before) / 1e6
    return [
        Row(f"proofread {LENGTH} characters", round(statistics.median(times[1:]) * 1e3, 1), "ms", ASKED_MS),
        Row("proofread: load", round(loaded * 1e3), "ms", 1000.0),
        Row("proofread: memory more", round(memory), "MB", ASKED_MB),
    ]
