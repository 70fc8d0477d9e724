#include "tools/exchange-sim/record_rules.h"

#include <algorithm>
#include <map>

#include "tools/province-sim/books.h"
#include "tools/province-sim/charset_bytes.h"

namespace yht::exchange_sim {

namespace {

using stage::JsonValue;
using stage::textOf;

struct Length {
    const char* name;
    std::size_t bytes_max;
};

/// Profile README, section 5.
constexpr Length kLengths[] = {
    {"SheetNo", 40}, {"Origin", 64}, {"RecordNo", 64}, {"OperatorNo", 32}, {"OperatorName", 30}, {"OperatorUnit", 80},
    {"Appeal/HotlineNo", 12}, {"Appeal/CategoryCode", 20}, {"Appeal/Category", 120}, {"Appeal/Title", 120},
    {"Appeal/Content", 3000}, {"Appeal/ContentMore", 3000}, {"Appeal/AcceptUnit", 80}, {"Appeal/Address", 150},
    {"Appeal/DirectReply", 3000}, {"Appeal/CallerName", 30}, {"Appeal/CallerPhone", 20}, {"Appeal/CallerCompany", 80},
    {"Appeal/Accused", 80}, {"Appeal/People", 5}, {"Appeal/Tags", 100},
    {"Assign/UnitCode", 32}, {"Assign/UnitName", 80}, {"Assign/ParentNo", 64}, {"Assign/Advice", 1500}, {"Assign/Limit", 6},
    {"Flow/Node", 60}, {"Flow/Opinion", 3000}, {"Flow/ToUnits", 500}, {"Flow/AssignNo", 64},
    {"Reply/UnitCode", 32}, {"Reply/UnitName", 80}, {"Reply/UnsolvedReason", 600}, {"Reply/Detail", 3000},
    {"Reply/PublicReply", 3000}, {"Reply/PublicReplyMore", 3000}, {"Reply/Basis", 600}, {"Reply/Handler", 30},
    {"Reply/HandlerPhone", 20}, {"Reply/AssignNo", 64},
    {"Visit/Opinion", 1500}, {"Visit/VisitorNo", 32}, {"Visit/AssignNo", 64},
    {"Delay/UnitCode", 32}, {"Delay/UnitName", 80}, {"Delay/Reason", 600}, {"Delay/Opinion", 1500}, {"Delay/AssignNo", 64},
};
constexpr std::size_t kExtraBytesMax = 2000;

/// Where `field` has one of the values, `needed` must be there.
struct Need {
    const char* field;
    std::vector<std::string> values;
    const char* needed;
};
const std::vector<Need>& needs() {
    static const std::vector<Need> all{
        {"Appeal/Handling", {"REJECT"}, "Appeal/RejectReason"},
        {"Appeal/Handling", {"REPLY"}, "Appeal/DirectReply"},
        {"Appeal/Anonymous", {"N"}, "Appeal/CallerName"},
        {"Flow/Step", {"RETURN"}, "Flow/ReturnReason"},
        {"Reply/Outcome", {"UNSOLVED", "PARTLY"}, "Reply/UnsolvedReason"},
        {"Reply/Outcome", {"SOLVED", "UNSOLVED", "PARTLY", "EXPLAINED"}, "Reply/PublicReply"},
        {"Visit/Connected", {"N"}, "Visit/NotConnected"},
        {"Visit/Satisfaction", {"S1", "S2"}, "Visit/Reason"},
        {"Delay/State", {"GRANTED"}, "Delay/NewDueAt"},
    };
    return all;
}

const char* sectionOf(const std::string& kind) {
    static const std::map<std::string, const char*> kSections{{"APPEAL", "Appeal"}, {"ASSIGN", "Assign"},
                                                              {"FLOW", "Flow"},     {"REPLY", "Reply"},
                                                              {"VISIT", "Visit"},   {"DELAY", "Delay"}};
    return kSections.at(kind);
}

/// LF and TAB may stand in a text; no other control character may. XML has hardly any of them.
bool hasBadControl(const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](unsigned char c) {
        return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
    });
}

void checkTexts(const JsonValue& record, std::vector<FieldFault>& faults) {
    for (const Length& row : kLengths) {
        const std::string text = textOf(record, row.name);
        const auto bytes = province_sim::gb18030Bytes(text);
        if (!bytes || *bytes > row.bytes_max || hasBadControl(text)) faults.push_back({row.name, "43"});
    }
    const auto* extras = stage::memberOf(record, "Extra");
    if (extras == nullptr) return;
    for (const auto& extra : extras->GetObject()) {
        if (province_sim::gb18030Bytes(extra.value.GetString()).value_or(kExtraBytesMax + 1) > kExtraBytesMax)
            return faults.push_back({"Extra", "43"});
    }
}

/// A cancelled record has no content of its own, a saved one that of its kind.
void checkSection(const JsonValue& record, std::vector<FieldFault>& faults) {
    const bool cancels = textOf(record, "Action") == "CANCEL";
    const std::string wanted = std::string(sectionOf(textOf(record, "Kind"))) + "/";
    bool found = false;
    for (const auto& member : record.GetObject()) {
        const std::string name = member.name.GetString();
        if (name.find('/') == name.npos) continue;
        found = true;
        if (cancels || !name.starts_with(wanted)) return faults.push_back({name, "42"});
    }
    if (!cancels && !found) faults.push_back({"Kind", "42"});
}

void checkPlace(const JsonValue& record, const std::string& unit, std::vector<FieldFault>& faults) {
    if (textOf(record, "Unit") != unit) faults.push_back({"Unit", "44"});
    const std::string region = textOf(record, "Appeal/AcceptRegion");
    // The province's own unit reports for every city.
    if (!region.empty() && unit != "R4300" && region.compare(0, 4, unit, 1, 4) != 0)
        faults.push_back({"Appeal/AcceptRegion", "44"});
}

}  // namespace

const province_sim::Language& language() {
    static const province_sim::Language words{
        .appeal = "APPEAL",
        .result = "REPLY",
        .visit = "VISIT",
        .free_kinds = {"APPEAL"},
        .ways_without_handler = {"REPLY", "CONNECT", "REJECT"},
        .ticket_prefix = "JH",
        .receipt_prefix = "RC"};
    return words;
}

stage::Json flatRecord(const xmlNode* record) {
    stage::Json flat(rapidjson::kObjectType);
    auto& allocator = flat.GetAllocator();
    const auto text = [&](const std::string& value) { return JsonValue(value, allocator); };
    for (const xmlNode* node : childrenOf(record)) {
        const std::string name = nameOf(node);
        const auto inside = childrenOf(node);
        if (!inside.empty()) {
            for (const xmlNode* field : inside)
                flat.AddMember(text(name + "/" + nameOf(field)), text(textOf(field)), allocator);
        } else if (name == "AttachmentDigest") {
            if (!flat.HasMember(name)) flat.AddMember(text(name), JsonValue(rapidjson::kArrayType), allocator);
            flat[name].PushBack(text(textOf(node)), allocator);
        } else if (name == "Extra") {
            if (!flat.HasMember(name)) flat.AddMember(text(name), JsonValue(rapidjson::kObjectType), allocator);
            flat[name].AddMember(text(attributeOf(node, "name")), text(textOf(node)), allocator);
        } else {
            flat.AddMember(text(name), text(textOf(node)), allocator);
        }
    }
    return flat;
}

std::vector<FieldFault> checkRecord(const JsonValue& record, const std::string& unit) {
    std::vector<FieldFault> faults;
    checkSection(record, faults);
    checkTexts(record, faults);
    for (const Need& need : needs()) {
        const std::string value = textOf(record, need.field);
        const bool asked = std::find(need.values.begin(), need.values.end(), value) != need.values.end();
        if (asked && textOf(record, need.needed).empty()) faults.push_back({need.needed, "41"});
    }
    if (!textOf(record, "Assign/Limit").empty() && textOf(record, "Assign/LimitUnit").empty())
        faults.push_back({"Assign/LimitUnit", "41"});
    checkPlace(record, unit, faults);
    return faults;
}

province_sim::RecordKey keyOf(const JsonValue& record, const std::string& sender) {
    return {
        sender,
        province_sim::withoutLeadingZeros(textOf(record, "SerialNo")),
        textOf(record, "Kind"),
        textOf(record, "SheetNo"),
        textOf(record, "Origin"),
        textOf(record, "RecordNo"),
        province_sim::withoutLeadingZeros(textOf(record, "Version"))};
}

}  // namespace yht::exchange_sim
