"""An office with lists, for tests."""

from config.accounts import Department, MonitoredAccount, Place
from config.proofread import Person, Proofreading, ProperName, Wording, WrongWord
from nlp.proofread.office import OfficeLists

LISTS = Proofreading(
    persons=(
        Person(name="林望舒", titles=("市委书记",)),
        Person(name="周怀瑾", titles=("市长", "市委副书记"), wrong=("周怀谨",)),
        Person(name="沈砚", titles=("副市长",)),
    ),
    names=(ProperName(name="云溪市融媒体中心"), ProperName(name="柳塘古镇", kind="place", wrong=("柳唐古镇",))),
    wrong=(WrongWord(wrong="微薄", right="微博", **{"except": ("微薄之力",)}), WrongWord(wrong="发部", right="发布")),
    forbidden=(Wording(words=("残废人", "残废"), instead="残疾人", why="不当称谓"),),
    sensitive=(Wording(words=("最佳",), why="绝对化用语", **{"except": ("最佳状态",)}),),
    keep=("云溪泮",),
)
OFFICE = OfficeLists(
    LISTS,
    accounts=(MonitoredAccount(id="fabu", name="云溪发布", aliases=("云溪市政府新闻办",), keywords=("云溪市政府",)),),
    departments=(Department(id="shangwu", name="市商务局"), Department(id="jiaotong", name="市交通运输局")),
    places=(Place(id="liutang", name="柳塘区"),),
)
