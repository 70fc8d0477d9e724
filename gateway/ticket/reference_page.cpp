// referencePage() of schema.h: the tables as a page that partners read.
#include "gateway/ticket/codes.h"
#include "gateway/ticket/field_values.h"
#include "gateway/ticket/finding.h"
#include "gateway/ticket/schema.h"
#include "gateway/ticket/validate.h"

namespace yht::ticket {
namespace {

/// A cell of a Markdown table.
std::string cell(std::string text) {
    for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
        text.replace(at, 1, "\\|");
    return text.empty() ? "–" : text;
}

void line(std::string& page, std::initializer_list<std::string> cells) {
    page += "|";
    for (const auto& text : cells) page += " " + cell(text) + " |";
    page += "\n";
}

void head(std::string& page, std::initializer_list<std::string> cells) {
    line(page, cells);
    page += "|";
    for (std::size_t i = 0; i < cells.size(); ++i) page += " --- |";
    page += "\n";
}

const char* typeName(FieldType type) {
    switch (type) {
        case FieldType::Text:
            return "文本 text";
        case FieldType::Reference:
            return "编号 reference";
        case FieldType::Code:
            return "代码 code";
        case FieldType::Codes:
            return "代码数组 codes";
        case FieldType::Time:
            return "时间 time";
        case FieldType::Integer:
            return "整数 integer";
        case FieldType::Decimal:
            return "小数 decimal";
        case FieldType::Flag:
            return "是否 flag";
        case FieldType::Region:
            return "区划 region";
        case FieldType::Phone:
            return "电话 phone";
        case FieldType::Digest:
            return "摘要 SHA-256";
        case FieldType::Digests:
            return "摘要数组 SHA-256 digests";
        case FieldType::Texts:
            return "文本数组 texts";
        case FieldType::References:
            return "编号数组 references";
        case FieldType::Map:
            return "键值 map";
    }
    return "";
}

const char* personalName(PersonalData personal) {
    switch (personal) {
        case PersonalData::None:
            return "";
        case PersonalData::Name:
            return "姓名 name";
        case PersonalData::Phone:
            return "电话 phone";
        case PersonalData::Address:
            return "地址 address";
        case PersonalData::IdNumber:
            return "证件号 id number";
        case PersonalData::Email:
            return "邮箱 e-mail";
        case PersonalData::FreeText:
            return "自由文本 free text";
    }
    return "";
}

/// Class and, for what 保密 hides, the mark.
std::string personalOf(const FieldRow& row) {
    const std::string name = personalName(row.personal);
    if (row.whose != Whose::Citizen) return name;
    return name.empty() ? "保密 secret" : name + ", 保密 secret";
}

std::string limitOf(const FieldRow& row) {
    if (row.type == FieldType::Integer)
        return row.max == 0 ? "≤ 2^64−1" : "≤ " + std::to_string(row.max);
    if (shapeOf(row.type) != Shape::Scalar) return "≤ " + std::to_string(row.max) + " 项";
    return row.max == 0 ? "" : "≤ " + std::to_string(row.max);
}

std::string requiredOf(const FieldRow& row, Kind kind) {
    if (row.required == Required::Always) return "必填 always";
    const Condition* condition = conditionOf(row.required, kind);
    return condition == nullptr ? "" : std::string(condition->zh) + " (" + condition->en + ")";
}

void fieldLine(std::string& page, const FieldRow& row, Kind kind) {
    line(
        page, {std::to_string(static_cast<unsigned>(row.field)), "`" + std::string(row.name) + "`",
               row.zh, typeName(row.type), limitOf(row), requiredOf(row, kind),
               *row.code_list == '\0' ? "" : "`" + std::string(row.code_list) + "`",
               personalOf(row), row.en}
    );
}

void fieldHead(std::string& page) {
    head(
        page, {"号 no.", "字段 field", "名称", "类型 type", "长度 limit", "必填 required",
               "代码表 list", "个人信息 personal", "说明 meaning"}
    );
}

void addFields(std::string& page) {
    page +=
        "\n## 所有记录共有的字段 Fields of every kind\n\n`kind` 为记录种类,总在最外层。作废 (`op` "
        "= `void`) 只需这里的必填字段。\n"
        "`kind` names the kind of record. A void needs only the required fields of this table.\n\n";
    fieldHead(page);
    for (const auto& row : fieldTable()) {
        if (static_cast<std::uint16_t>(row.field) < kEnvelopeFieldsEnd)
            fieldLine(page, row, Kind::Appeal);
    }
    for (const auto& kind : kindTable()) {
        page += "\n## " + std::string(kind.zh) + " `" + kind.name + "`\n\n";
        page +=
            mustNameTicket(kind.kind)
                ? "须以 `ticket_ref`、`ticket_no` 或 `other_refs` 指明工单。Names its ticket.\n\n"
            : kind.ticket_bound
                ? "没有 `ticket_ref` 时以 `record_ref` 为工单编号。Without ticket_ref, record_ref "
                  "names the ticket.\n\n"
                : "可不属于、属于一个或多个工单。Belongs to none, one or many tickets.\n\n";
        fieldHead(page);
        for (const auto& row : fieldTable()) {
            const bool own = static_cast<std::uint16_t>(row.field) >= kEnvelopeFieldsEnd;
            if (own && (row.kinds & only(kind.kind)) != 0) fieldLine(page, row, kind.kind);
        }
    }
}

void addCodes(std::string& page) {
    page +=
        "\n# 代码表 Code lists\n\n代码永不复用;按记录的事件日期判断是否有效。\n"
        "A code is never reused; a record is judged by the list of its event date.\n";
    for (const auto& list : codeLists()) {
        page += "\n## " + std::string(list.zh) + " `" + list.list + "`" +
                (*list.number == '\0' ? "" : std::string(" ") + list.number) + "\n\n" + list.en +
                ".\n\n";
        head(page, {"代码 code", "名称", "meaning", "启用 from", "停用 to", "后继 successor"});
        for (const auto& code : codeList(list.list)) {
            line(
                page, {"`" + std::string(code.code) + "`", code.zh, code.en, code.valid_from,
                       code.valid_to, code.successor}
            );
        }
    }
}

void addRules(std::string& page) {
    page +=
        "\n# 校验错误 Validation "
        "errors\n\n一条记录的所有错误一次返回;文字中只有字段名和限值,没有内容。\n"
        "All errors of a record come at once; texts name fields and limits, never values.\n\n";
    head(page, {"代码 code", "说明", "meaning"});
    for (const auto& rule : ruleTable())
        line(page, {"`" + std::string(rule.code) + "`", rule.zh, rule.en});
    page += "\n# 工单状态 Ticket states\n\n";
    head(page, {"状态 state", "值", "名称", "终态 final"});
    for (const auto& row : stateTable()) {
        line(
            page,
            {"`" + std::string(row.name) + "`", std::to_string(static_cast<unsigned>(row.state)),
             row.zh, row.final ? "是 yes" : ""}
        );
    }
    page +=
        "\n# 发现的问题 Findings\n\n问题只提示、计分、可暂缓上报,不拒收。Shown and scored, may "
        "hold an upload, refuse nothing.\n\n";
    head(page, {"代码 code", "说明", "meaning"});
    for (const auto& row : findingTable())
        line(page, {"`" + std::string(row.code) + "`", row.zh, row.en});
}

}  // namespace

std::string referencePage() {
    std::string page =
        "# 规范记录字段参考 Reference of normalized records, v1\n\n"
        "本页由字段目录生成,请勿手工修改:`yht schema docs > schemas/fields.md`。\n"
        "Printed from the field catalogue; don't edit by hand.\n\n"
        "字段号永久有效。v1 内只增加可选字段。长度按 Unicode 码点计。\n"
        "Numbers are permanent. Within v1 only optional fields are added. Lengths count Unicode "
        "code points.\n\n";
    head(page, {"种类 kind", "名称"});
    for (const auto& kind : kindTable()) line(page, {"`" + std::string(kind.name) + "`", kind.zh});
    addFields(page);
    addCodes(page);
    addRules(page);
    return page;
}

}  // namespace yht::ticket
