"""Whether a policy's own words state a rule's requirement: the documents' figures, then one case for each rule."""

from __future__ import annotations

import pytest

from commscore._phrases import LONGEST_PHRASE, agrees, parse_requirement

# Phrase, requirement, and what the ratio is per; those without are not ratios, or fractions of one.
DALIAN = """
    每个城市社区社会组织数量不少于10个 : >= 10 个
    每个农村社区社会组织数量不少于3个 : >= 3 个
    覆盖率达100% : 全覆盖
    覆盖率达100% : >= 100%
    社区总建筑面积的比例达到10%以上 : >= 10%
    每百户居民拥有社区综合服务设施面积达到30平方米 : >= 30 ㎡ : 100
    比例达到60%以上 : >= 60%
    政务通用自助服务覆盖率达到100% : 全覆盖
    每万名城镇常住人口拥有社区工作者不少于18人 : >= 18 名 : 10000
    人数占比达到35%以上 : >= 35%
    100%的专职城市社区工作者 : 全覆盖
    街道、社区全部组建“大工委” : 全覆盖
    弃管小区管理服务全覆盖 : 全覆盖
    在职党员全部深入网格 : 全覆盖
    每人一次性救助1万元 : == 10000 元
    全市8所乡镇卫生院、70所村卫生室 : >= 8 所
    全市8所乡镇卫生院、70所村卫生室 : >= 70 所
    主城区急救站点,不少于1个 : >= 1 个
    养老服务设施覆盖率达到80% : >= 80%
    家庭养老床位建设3000张 : >= 3000 张
    分别控制在2.8‰、3‰和4‰以下 : <= 2.8‰
    分别控制在2.8‰、3‰和4‰以下 : <= 3‰
    分别控制在2.8‰、3‰和4‰以下 : <= 4‰
    每千人口托位数达到4.5个 : >= 4.5 个 : 1000
    标准化窗口全覆盖 : 全覆盖
    城市社区10分钟健身圈 : == 10 分钟
    社会体育指导员5000人以上 : >= 5000 人
    行政村覆盖率达到100% : 全覆盖
    90%以上村屯 : >= 90%
    基地数量达到县区建制数100% : >= 100% of counties
    综合预案达到全覆盖 : 全覆盖
    城市不少于400平方米、农村不少于350平方米 : >= 400 ㎡
    城市不少于400平方米、农村不少于350平方米 : >= 350 ㎡
    农村不少于350平方米且每百户不少于30平方米 : >= 350 ㎡
    农村不少于350平方米且每百户不少于30平方米 : >= 30 ㎡ : 100
    面积达到每百户30平方米以上 : >= 30 平米 : 100
    公益性骨灰安放设施全覆盖 : 全覆盖
    矛盾纠纷排查化解等八个子系统 : >= 8 个
    优于(含)0.5米分辨率 : <= 0.5 米
    优于(含)1米分辨率 : <= 1 米
    持续推进3档38级 : == 38
    不低于上年度当地全口径城镇单位就业人员平均工资 : >= prior_average_wage
    确保三年内全部持证上岗 : 全覆盖
    供水、供电、供气、供热执行民用价格 : == home_tariff
"""
JIMSAR = """
    综合服务设施覆盖率达100% : 全覆盖
    占社区总建筑面积比例不低于10% : >= 10%
    面积达到每百户30平米以上 : >= 30 ㎡ : 100
    总建筑面积比例不低于60% : >= 60%
    每万城镇常住人口拥有社区工作者不低于25人 : >= 25 人 : 10000
    每万名城镇常住人口拥有社区工作者大于25人 : > 25 人 : 10000
    社会工作专业人才总数达70人 : >= 70 人
    素质提升培训覆盖率100% : 全覆盖
    日间照料机构覆盖率不低于90% : >= 90%
    人均用地不少于0.1平方米的养老服务 : >= 0.1 ㎡
    不小于300平方米的婴幼儿照护服务设施 : >= 300 ㎡
    服务时间一般不少于每天8小时 : >= 8 小时
    群众关切项目应开展24小时线上服务 : == 24 小时
    推动法律服务全覆盖 : 全覆盖
"""
QINGDAO = """
    每万城镇常住人口拥有社区工作者不少于18人 : >= 18 人 : 10000
    新建、改扩建100处农村 : >= 100 处
    完善提升100处城市 : >= 100 个
    基层医疗卫生机构15家 : >= 15 家
    实现区(市)社区医院全覆盖 : 全覆盖
    应收尽收、应治尽治、应管尽管 : 全覆盖
    平台年度增加课程资源300个以上 : >= 300 个
    遴选100门左右社区优秀课程资源 : 100门左右 ± 10%
    遴选100门左右社区优秀课程资源 : 约100门
    更新新建健身场地设施300处 : >= 300 处
    社会体育指导员培训班8期 : >= 8 期
    各级社会体育指导员1200人 : >= 1200 名
    为6800名市民提供国民体质监测服务 : >= 6800 人
    牵头评选100个 : >= 100 个
    支持9个社区建设科普馆 : >= 9 个
    同址办公率达到80% : >= 80%
    推动62家人民法庭入驻调解平台 : >= 62 家
    与458家基层治理单位 : >= 458 家
    累计打造150个智慧社区（街区） : >= 150 个
    物业管理服务“全覆盖、高品质” : 全覆盖
"""
TAIAN = """
    每万名城镇常住人口不少于 18 人 : >= 18 人 : 10000
    平均拥有不少于 12 个社区社会组织 : >= 12 个
    平均拥有不少于 6 个社区社会组织 : >= 6 个
    打造省级美丽乡村 24 个 : >= 24 个
    全市 2023 年改造不少于 2200 户 : >= 2200 户
    发展家庭养老床位不少于 500 张 : >= 500 张
    城乡社区助老食堂达到 300 家以上 : >= 300 家
    月探访率达到 100% : 全覆盖
    培养培训养老护理员 1500 人次 : >= 1500 人次
    城市社区建校（站点）率达到 80% : >= 80%
    行政村建校（站点）率达到 70% : >= 70%
    失业人员再就业1万人、就业困难人员就业3700人 : >= 10000 人
    失业人员再就业1万人、就业困难人员就业3700人 : >= 3700 人
    18项公共就业服务系列活动 : >= 18 项
    推荐标准机构占比达到 45%以上 : >= 45%
    做到应补尽补 : 全覆盖
    推出不少于5个群众文化活动品牌 : >= 5 个
    举办社区运动会超过 180 场 : > 180 场
    支持 10—15 个村（社区） : 10..15 个
    年内新增社区基金不少于30支 : >= 30 支
    社会救助站（点）达到全覆盖 : 全覆盖
    累计建成不少于 120 个基础型及以上 : >= 120 个
    县（市、区）覆盖率达到 100% : 全覆盖
"""
TONGHUA = """
    全年累计招录“社工岗”60人 : >= 60 人
    推动180个村级综合服务设施改造 : >= 180 个
    建设5个综合嵌入式 : >= 5 个
    和3个社区老年食堂 : >= 3 个
    完成360户特殊困难老年人家庭 : >= 360 户
    8类重点居家老年人信息采集率达到100% : 全覆盖
    为584名精神、智力和重度肢体残疾人 : >= 584 人
    为4000名有康复需求的持证残疾人 : >= 4000 人
    推进50个村级残疾人服务场所 : >= 50 个
    专场招聘活动100场 : >= 100 场
    全年培训人数190人 : >= 190 人
    达到服务能力标准比例提高到75%以上 : >= 75%
    达到推荐标准比例提高到16%以上 : >= 16%
    常住服务人口签约服务覆盖率达到46%以上 : >= 46%
    重点人群签约服务覆盖率达到79%以上 : >= 79%
    文化惠民服务192场 : >= 192 场次
    配建10套健身路径，建设1个笼式足球场 : >= 10 套
    配建10套健身路径，建设1个笼式足球场 : >= 1 个
    在我市户籍窗口实现全覆盖 : 全覆盖
    警情调处率达到100% : 全覆盖
    村（居）法律顾问全覆盖 : 全覆盖
    每个村（社区）至少配备或明确1名 : >= 1 人
    市内选择3个便民生活圈作为试点 : >= 3 个
    品牌社区社会组织达到6家 : >= 6 个
    社区社会组织品牌项目达到6个 : >= 6 个
"""
# What other phrases agree with.
OTHERS = """
    建设5个 : == 5
    建设5个 : >= 5
    城市社区每个都有 : 全覆盖
    各社区均设服务站 : 全覆盖
    一律免费开放 : 全覆盖
    覆盖率达100% : == true
    全覆盖 : true
    全覆盖 : == 100%
    百户面积30平方米以上 : >= 30 ㎡ : 100
    面积30平方米/百户 : >= 30 ㎡ : 100
    面积30平方米每百户 : >= 30 ㎡ : 100
    每1000人不少于2个 : >= 2 : 1000
    每10个社区不少于1处 : >= 1 : 10
    每两年更新1次 : >= 1 次
    每千米不少于2个 : >= 2
    万人以上大会2次 : >= 2 次
    不超过10个村（含） : <= 10
    10个村以下 : <= 10 个
    100门课程左右 : 约100门
    三年内全部完成 : <= 3 年
    不少于职工人数的1.2倍 : >= 1.2 × staff
    不低于居民价格的两倍 : >= 2 × tariff
    与居民用电同价 : == tariff
    高于全市平均水平 : > city_mean
    至少配备书记和主任各1名 : >= 1
    25%—30% : 25%..30%
    不低于60%，力争达到80% : >= 60%
    每百户30平方米，每村1个 : >= 30 : 100
    每百户30平方米，每村1个 : >= 1
    高于每百户，达30平米 : >= 30 : 100
    百分之四十六以上 : >= 46%
    ３０平米以上 : >= 30 ㎡
"""
# Phrase, requirement, per, and what the reason says.
DISAGREEMENTS = """
    超过180场 : >= 180 : 1 : the phrase says > 180 场, the rule requires ≥ 180
    180场以上 : > 180 : 1 : the phrase says ≥ 180 场, the rule requires > 180
    不超过10个 : > 10 : 1 : the phrase says ≤ 10 个, the rule requires > 10
    不少于10个 : < 10 : 1 : the phrase says ≥ 10 个, the rule requires < 10
    不少于10个 : >= 12 : 1 : the phrase says ≥ 10 个, the rule requires ≥ 12
    平均拥有不少于5个 : >= 3 : 1 : the phrase says ≥ 5 个, the rule requires ≥ 3
    建设5个 : > 5 : 1 : the phrase says 5 个, the rule requires > 5
    建设5个 : <= 5 : 1 : the phrase says 5 个, the rule requires ≤ 5
    46%以上 : >= 46 : 1 : the phrase says ≥ 46%, the rule requires ≥ 46
    100门左右 : >= 100 : 1 : the phrase says 约 100 门, the rule requires ≥ 100
    10—15个 : >= 10 : 1 : the phrase says 10..15 个, the rule requires ≥ 10
    10—15个 : 10..20 : 1 : the phrase says 10..15 个, the rule requires 10..20
    100门左右±5 : 100门左右±10 : 1 : the phrase says 约 100 门 ± 5, the rule requires 约 100 门 ± 10
    达到90%以上 : 全覆盖 : 1 : the phrase says ≥ 90%, the rule requires = 100%
    不超过100% : 全覆盖 : 1 : the phrase says ≤ 100%, the rule requires = 100%
    每百户30平方米以上 : >= 30 : 1 : the phrase says ≥ 30 平方米 per 100, the rule requires ≥ 30
    30平方米以上 : >= 30 : 100 : the phrase says ≥ 30 平方米, the rule requires ≥ 30 per 100
    每千人口达到4.5个 : >= 4.5 : 10000 : the phrase says ≥ 4.5 个 per 1000, the rule requires ≥ 4.5 per 10000
    不少于3项 : >= 3 小时 : 1 : the phrase says ≥ 3 项, the rule requires ≥ 3 小时
    1500人次 : >= 1500 人 : 1 : the phrase says 1500 人次, the rule requires ≥ 1500 人
    不少于3个 : >= 3 ㎡ : 1 : the phrase says ≥ 3 个, the rule requires ≥ 3 ㎡
    2023年底前建成5个 : >= 2023 : 1 : the phrase says 5 个, the rule requires ≥ 2023
    低于社区和村总数的30% : >= 30% : 1 : the phrase says < 30%, the rule requires ≥ 30%
    10个村以下 : >= 10 : 1 : the phrase says ≤ 10 个, the rule requires ≥ 10
    未达到10个 : >= 10 : 1 : no figure can be read in the phrase, the rule requires ≥ 10
    未全部完成 : 全覆盖 : 1 : no figure can be read
    平均、人均与成都 : 全覆盖 : 1 : no figure can be read
    一老一幼、一站式、第一书记 : >= 1 : 1 : no figure can be read
    十余人、几十个 : >= 10 : 1 : no figure can be read
    定期更换 : >= 4 : 1 : no figure can be read
    三分之二以上 : >= 2 : 1 : no figure can be read
    优于90分 : < 90 : 1 : no figure can be read
    不低于上年度平均工资 : >= 1.1 × wage : 1 : the phrase says at least something without a figure
    不低于上年度平均工资 : <= wage : 1 : the phrase says at least something without a figure
    按标准执行到位 : >= wage : 1 : the phrase says equal to something without a figure
    定期发放工资 : >= wage : 1 : no comparator can be read in the phrase
    达到县区建制数100% : >= 50% of counties : 1 : ≥ 100%, the rule requires ≥ 50% of counties
"""


def cases(table: str) -> list[list[str]]:
    """One case a line, its fields set apart by colons."""
    return [line.strip().split(" : ") for line in table.splitlines() if line.strip()]


@pytest.mark.parametrize(
    "case", [case for table in (DALIAN, JIMSAR, QINGDAO, TAIAN, TONGHUA, OTHERS) for case in cases(table)]
)
def test_phrase_states_the_requirement(case: list[str]) -> None:
    phrase, requirement, *per = case

    assert agrees(phrase, parse_requirement(requirement), per=int(per[0]) if per else None) is None


@pytest.mark.parametrize(("phrase", "requirement", "per", "reason"), cases(DISAGREEMENTS))
def test_disagreement_is_told_in_words(phrase: str, requirement: str, per: str, reason: str) -> None:
    assert reason in (agrees(phrase, parse_requirement(requirement), per=int(per)) or "")


@pytest.mark.parametrize("table", [DALIAN, JIMSAR, QINGDAO, TAIAN, TONGHUA])
def test_no_more_than_a_phrase_is_quoted(table: str) -> None:
    assert max(len(phrase) for phrase, *_ in cases(table)) <= LONGEST_PHRASE


@pytest.mark.parametrize("phrase", ["", " ", "\n"])
def test_empty_phrase_states_nothing(phrase: str) -> None:
    assert agrees(phrase, parse_requirement(">= 1")) == "the phrase is empty; give the document's words for the figure"


def test_phrase_that_is_too_long_is_not_read() -> None:
    phrase = "全市城乡社区综合服务设施" * 2 + "不少于1个"

    assert agrees(phrase, parse_requirement(">= 1")) == (
        "the phrase has 29 characters; quote at most 25, around the figure"
    )
