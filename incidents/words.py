"""What people call stages, kinds, clocks and milestones."""

STAGES = {
    "found": "发现",
    "judged": "研判",
    "rated": "定级",
    "assigned": "交办",
    "handled": "处置",
    "answered": "回应",
    "closed": "办结",
    "reviewed": "复盘",
    "returned": "退回",
    "dismissed": "排除",
    "reopened": "重启",
}
CLOCKS = {"running": "进行中", "warning": "将到期", "passed": "已超时", "met": "已完成", "lifted": "已解除"}
MILESTONES = {"information": "发布权威信息", "press_conference": "举行新闻发布会", "remark": "备注"}
GRADES = {"extraordinary": "特别重大", "major": "重大", "larger": "较大", "ordinary": "一般"}
REQUEST_STAGES = {"received": "受理", "passed_on": "转办", "answered": "答复", "rated": "评价", "returned": "退回", "dismissed": "排除"}
REQUEST_KINDS = {"report": "举报", "complaint": "投诉", "help": "求助", "question": "咨询", "suggestion": "建议"}
REQUEST_CLOCKS = {"running": "办理中", "warning": "将到期", "passed": "已超时", "met": "已答复", "lifted": "已排除"}
