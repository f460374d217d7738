"""The names of the topics that the tagger knows: apart from `config.topics`, so that who needs only these loads nothing else."""

from typing import Literal, get_args

TopicName = Literal["城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输"]
TOPIC_NAMES: tuple[str, ...] = get_args(TopicName)
OTHER = "其他"  # the topic of a text about none of the seven
