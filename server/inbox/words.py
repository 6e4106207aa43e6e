"""What the page says, in both languages."""

from domain.codes import MessageState

STATES = {
    "zh": {state: state.chinese for state in MessageState},
    "en": {MessageState.PENDING: "waiting", MessageState.SENT: "delivered", MessageState.FAILED: "given up"},
}

WORDS = {
    "zh": {
        "title": "演示收件箱",
        "warning": "仅供演示：此页面向所有人显示全部短信。",
        "ending": "手机号后四位",
        "show": "查看",
        "all": "全部",
        "pause": "停止自动刷新",
        "refresh": "恢复自动刷新",
        "refreshing": "每 {} 秒自动刷新",
        "paused": "已停止自动刷新",
        "none": "还没有短信。",
        "gone": "（内容已删除）",
        "to": "收件人",
        "messages": "最新短信",
        "console": "返回控制台",
        "other": "English",
        "other_code": "en",
    },
    "en": {
        "title": "Demo inbox",
        "warning": "For demonstrations alone: this page shows every message to everyone.",
        "ending": "Last four digits of the telephone",
        "show": "Show",
        "all": "All",
        "pause": "Stop refreshing",
        "refresh": "Refresh by itself again",
        "refreshing": "Refreshes every {} seconds",
        "paused": "Does not refresh by itself",
        "none": "There is no message yet.",
        "gone": "(the text has been deleted)",
        "to": "To",
        "messages": "Newest messages",
        "console": "Back to the console",
        "other": "中文",
        "other_code": "zh",
    },
}
