#include "tools/province-sim/checker.h"

#include <algorithm>
#include <set>

#include "gateway/base/time_text.h"
#include "tools/province-sim/books.h"
#include "tools/province-sim/charset_bytes.h"
#include "tools/province-sim/code_tables.h"
#include "tools/province-sim/field_table.h"

namespace yht::province_sim {

namespace {

using stage::JsonValue;
using stage::textOf;
using Faults = std::vector<FieldFault>;

constexpr std::uint32_t kExtraBytesMax = 4000;

/// LF and TAB may stand in a text; no other control character may.
bool hasBadControl(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](unsigned char c) {
        return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
    });
}

bool isDigest(std::string_view text) {
    return text.size() == 64 &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool isRegion(std::string_view text) {
    return text.size() == 12 &&
           text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

bool isTime(std::string_view text) {
    const auto civil = base::parseCivil(text, "%Y-%m-%d %H:%M:%S");
    return civil && base::fromCivil(*civil, base::kShanghaiOffsetSeconds).has_value();
}

void checkText(
    const std::string& field, std::string_view text, std::uint32_t bytes_max, Faults& faults
) {
    const auto bytes = gbkBytes(text);
    if (!bytes)
        faults.push_back({field, "2004", "含GBK以外的字符"});
    else if (hasBadControl(text))
        faults.push_back({field, "2004", "含控制字符"});
    else if (*bytes > bytes_max)
        faults.push_back({field, "2003", "超过" + std::to_string(bytes_max) + "字节"});
}

void checkDigests(const FieldRow& row, const JsonValue& value, Faults& faults) {
    if (!value.IsArray()) return faults.push_back({row.name, "2004", "应为数组"});
    if (value.Size() > row.max) return faults.push_back({row.name, "2003", "附件过多"});
    for (const auto& entry : value.GetArray())
        if (!entry.IsString() || !isDigest(entry.GetString()))
            return faults.push_back({row.name, "2004", "应为64位小写十六进制"});
}

void checkExtras(const FieldRow& row, const JsonValue& value, Faults& faults) {
    if (!value.IsObject()) return faults.push_back({row.name, "2004", "应为对象"});
    if (value.MemberCount() > row.max) return faults.push_back({row.name, "2003", "扩展项过多"});
    for (const auto& member : value.GetObject()) {
        if (!member.value.IsString()) return faults.push_back({row.name, "2004", "值应为字符串"});
        const std::size_t before = faults.size();
        checkText(row.name, member.value.GetString(), kExtraBytesMax, faults);
        if (faults.size() > before) return;
    }
}

void checkScalar(const FieldRow& row, const std::string& text, Faults& faults) {
    const auto wrongForm = [&](const char* why) { faults.push_back({row.name, "2004", why}); };
    switch (row.form) {
        case FieldForm::Text:
            return checkText(row.name, text, row.max, faults);
        case FieldForm::Number:
            if (!isNumber(text, row.max)) wrongForm("应为十进制数字");
            return;
        case FieldForm::Time:
            if (!isTime(text)) wrongForm("应为yyyy-MM-dd HH:mm:ss");
            return;
        case FieldForm::Flag:
            if (text != "0" && text != "1") wrongForm("应为0或1");
            return;
        case FieldForm::Region:
            if (!isRegion(text)) wrongForm("应为12位区划");
            return;
        case FieldForm::Digest:
            if (!isDigest(text)) wrongForm("应为64位小写十六进制");
            return;
        case FieldForm::Code:
            if (!inCodeTable(row.table, text))
                faults.push_back({row.name, "2002", std::string("不在代码表") + row.table});
            return;
        case FieldForm::Digests:
        case FieldForm::Extras:
            return;
    }
}

void checkField(const FieldRow& row, const JsonValue& record, Faults& faults) {
    const JsonValue* value = stage::memberOf(record, row.name);
    const bool absent = value == nullptr || (value->IsString() && value->GetStringLength() == 0);
    if (absent) {
        if (row.needed(record)) faults.push_back({row.name, "2001", "缺必填字段"});
        return;
    }
    if (row.form == FieldForm::Digests) return checkDigests(row, *value, faults);
    if (row.form == FieldForm::Extras) return checkExtras(row, *value, faults);
    if (!value->IsString()) return faults.push_back({row.name, "2004", "值应为字符串"});
    checkScalar(row, textOf(record, row.name), faults);
}

void checkNames(const JsonValue& record, std::span<const FieldRow> own, Faults& faults) {
    const auto known = [](std::span<const FieldRow> rows, std::string_view name) {
        return std::any_of(rows.begin(), rows.end(), [&](const FieldRow& row) {
            return row.name == name;
        });
    };
    std::set<std::string> seen;
    for (const auto& member : record.GetObject()) {
        const std::string name(member.name.GetString(), member.name.GetStringLength());
        if (!known(commonFields(), name) && !known(own, name))
            faults.push_back({name.substr(0, 64), "2004", "未知字段"});
        else if (!seen.insert(name).second)
            faults.push_back({name, "2004", "字段重复"});
    }
}

/// The province's own unit reports for every city.
bool regionFits(const std::string& region, const std::string& unit) {
    return unit == "HX430001" || region.compare(0, 4, unit, 2, 4) == 0;
}

void checkUnit(const JsonValue& record, const std::string& unit, Faults& faults) {
    const std::string given = textOf(record, "SBDW"), region = textOf(record, "SLQH");
    if (inCodeTable("XZ30", given) && given != unit)
        faults.push_back({"SBDW", "2005", "不属于该接入方"});
    if (isRegion(region) && !regionFits(region, unit))
        faults.push_back({"SLQH", "2005", "区划不属于上报单位"});
}

}  // namespace

std::vector<FieldFault> checkRecord(const JsonValue& record, const std::string& reporting_unit) {
    if (!record.IsObject()) return {{"SJLB", "2004", "记录应为对象"}};
    const std::string kind = textOf(record, "SJLX");
    if (kind.empty()) return {{"SJLX", "2001", "缺必填字段"}};
    auto own = fieldsOf(kind);
    if (own.empty()) return {{"SJLX", "2006", "数据类型未知"}};
    // A void tells which record goes; the fields of its kind must stay away.
    if (textOf(record, "CZBS") == "2") own = {};
    Faults faults;
    for (const FieldRow& row : commonFields()) checkField(row, record, faults);
    // 作废: only the common fields are asked for.
    if (textOf(record, "CZBS") != "2") {
        for (const FieldRow& row : own) checkField(row, record, faults);
    }
    checkUnit(record, reporting_unit, faults);
    checkNames(record, own, faults);
    return faults;
}

}  // namespace yht::province_sim
