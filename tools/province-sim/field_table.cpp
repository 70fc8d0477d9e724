#include "tools/province-sim/field_table.h"

namespace yht::province_sim {

namespace {

using stage::JsonValue;
using stage::textOf;
using enum FieldForm;

bool must(const JsonValue&) {
    return true;
}
bool may(const JsonValue&) {
    return false;
}

bool is(const JsonValue& record, const char* field, std::string_view a, std::string_view b = {}) {
    const std::string value = textOf(record, field);
    return !value.empty() && (value == a || value == b);
}

bool byTelephone(const JsonValue& r) {
    return is(r, "SQLY", "10", "11");
}
bool byOpenTelephone(const JsonValue& r) {
    return is(r, "SQLY", "10") && is(r, "SFBM", "0");
}
bool notAccepted(const JsonValue& r) {
    return is(r, "BLFS", "10");
}
bool answeredAtOnce(const JsonValue& r) {
    return is(r, "BLFS", "01");
}
bool named(const JsonValue& r) {
    return is(r, "SFNM", "0");
}
bool ofTicket(const JsonValue& r) {
    return !is(r, "SJLX", "DH", "YN");
}
bool limited(const JsonValue& r) {
    return !textOf(r, "SX").empty();
}
bool returnAsked(const JsonValue& r) {
    return is(r, "GCLX", "22");
}
bool notSolved(const JsonValue& r) {
    return is(r, "BLJG", "2", "3");
}
bool notConnected(const JsonValue& r) {
    return is(r, "SFJT", "0");
}
bool dissatisfied(const JsonValue& r) {
    return is(r, "MYD", "1", "2");
}
bool granted(const JsonValue& r) {
    return is(r, "YQZT", "2");
}

constexpr FieldRow kCommon[] = {
    {"XH", Number, 20, must, ""},    {"SJLX", Code, 2, must, "SJLX"},
    {"SBDW", Code, 8, must, "XZ30"}, {"GDBH", Text, 40, ofTicket, ""},
    {"LYBS", Text, 64, must, ""},    {"JLBH", Text, 64, must, ""},
    {"BBH", Number, 20, must, ""},   {"CZBS", Code, 1, must, "CZBS"},
    {"BSFS", Code, 1, must, "BSFS"}, {"FSSJ", Time, 0, must, ""},
    {"RKSJ", Time, 0, must, ""},     {"CZRGH", Text, 32, may, ""},
    {"CZRXM", Text, 40, may, ""},    {"CZDWDM", Text, 32, may, ""},
    {"CZDWMC", Text, 100, may, ""},  {"FJLB", Digests, 64, may, ""},
    {"KZXX", Extras, 64, may, ""},
};

constexpr FieldRow kAppeal[] = {
    {"SQLY", Code, 0, must, "XZ01"},
    {"RXHM", Text, 16, byTelephone, ""},
    {"SQLX", Code, 0, must, "XZ02"},
    {"SXFLDM", Text, 32, may, ""},
    {"SXFLMC", Text, 200, must, ""},
    {"SQBT", Text, 100, must, ""},
    {"SQNR", Text, 4000, must, ""},
    {"SQNRX", Text, 4000, may, ""},
    {"SQSJ", Time, 0, must, ""},
    {"SLSJ", Time, 0, may, ""},
    {"SLDWDM", Text, 32, may, ""},
    {"SLDWMC", Text, 100, may, ""},
    {"SLQH", Region, 12, must, ""},
    {"SFQH", Region, 12, must, ""},
    {"SFDZ", Text, 200, may, ""},
    {"JD", Text, 20, may, ""},
    {"WD", Text, 20, may, ""},
    {"ZBX", Code, 0, may, "XZ09"},
    {"BLFS", Code, 0, must, "XZ03"},
    {"BYSLYY", Code, 0, notAccepted, "XZ04"},
    {"ZJDF", Text, 4000, answeredAtOnce, ""},
    {"SQRXM", Text, 40, named, ""},
    {"SQRXB", Code, 0, may, "XZ08"},
    {"LDHM", Text, 20, byOpenTelephone, ""},
    {"LXDH", Text, 20, may, ""},
    {"DZYX", Text, 100, may, ""},
    {"SQRLX", Code, 0, may, "XZ06"},
    {"SQDW", Text, 100, may, ""},
    {"ZJLX", Code, 0, may, "XZ07"},
    {"ZJHM", Text, 32, may, ""},
    {"SFNM", Flag, 0, must, ""},
    {"SFBM", Flag, 0, must, ""},
    {"SFGK", Flag, 0, may, ""},
    {"SFHF", Flag, 0, may, ""},
    {"SFCF", Flag, 0, may, ""},
    {"SFSP", Flag, 0, may, ""},
    {"CFGDBH", Text, 64, may, ""},
    {"BFYDX", Text, 100, may, ""},
    {"BFYDH", Text, 20, may, ""},
    {"BFYXYDM", Text, 18, may, ""},
    {"JJCD", Code, 0, must, "XZ05"},
    {"SJRS", Number, 7, may, ""},
    {"THBH", Text, 64, may, ""},
    {"ZJLY", Text, 32, may, ""},
    {"YQBJSJ", Time, 0, may, ""},
    {"BQ", Text, 200, may, ""},
};

constexpr FieldRow kAssignment[] = {
    {"CBDWDM", Text, 32, must, ""},     {"CBDWMC", Text, 100, must, ""},
    {"CBJS", Code, 0, must, "XZ11"},    {"CBCJ", Code, 0, must, "XZ12"},
    {"SJPDBH", Text, 64, may, ""},      {"JBFS", Code, 0, may, "XZ13"},
    {"NBYJ", Text, 2000, may, ""},      {"SX", Number, 6, may, ""},
    {"SXDW", Code, 0, limited, "XZ14"}, {"YQBJSJ", Time, 0, may, ""},
};

constexpr FieldRow kProcess[] = {
    {"GCLX", Code, 0, must, "XZ10"},  {"HJMC", Text, 64, may, ""},
    {"YJ", Text, 4000, may, ""},      {"THYY", Code, 0, returnAsked, "XZ15"},
    {"BYSLYY", Code, 0, may, "XZ04"}, {"QXDW", Text, 1000, may, ""},
    {"GLGD", Text, 2000, may, ""},    {"ZCQX", Text, 32, may, ""},
    {"PDBH", Text, 64, may, ""},
};

constexpr FieldRow kResult[] = {
    {"PDBH", Text, 64, may, ""},     {"CBDWDM", Text, 32, must, ""},
    {"CBDWMC", Text, 100, must, ""}, {"BLJG", Code, 0, must, "XZ16"},
    {"SFSS", Code, 0, may, "XZ17"},  {"SFLX", Flag, 0, may, ""},
    {"LXSJ", Time, 0, may, ""},      {"WJJYY", Text, 1000, notSolved, ""},
    {"BLQK", Text, 4000, may, ""},   {"GKDF", Text, 4000, must, ""},
    {"GKDFX", Text, 4000, may, ""},  {"ZCYJ", Text, 1000, may, ""},
    {"QPLD", Text, 40, may, ""},     {"BJSJ", Time, 0, must, ""},
    {"JBRXM", Text, 40, may, ""},    {"JBRDH", Text, 20, may, ""},
};

constexpr FieldRow kVisit[] = {
    {"HFFS", Code, 0, must, "XZ18"},
    {"SFJT", Flag, 0, must, ""},
    {"WJTYY", Code, 0, notConnected, "XZ22"},
    {"DWSFLX", Flag, 0, may, ""},
    {"SFJJ", Code, 0, may, "XZ19"},
    {"MYD", Code, 0, must, "XZ20"},
    {"BMYYY", Code, 0, dissatisfied, "XZ21"},
    {"HFYJ", Text, 2000, may, ""},
    {"SFMRHP", Flag, 0, may, ""},
    {"SFZZHF", Flag, 0, may, ""},
    {"HFYGH", Text, 32, may, ""},
    {"LYZY", Text, 64, may, ""},
    {"THBH", Text, 64, may, ""},
    {"PDBH", Text, 64, may, ""},
};

constexpr FieldRow kSupervision[] = {
    {"CBDWDM", Text, 32, must, ""},  {"CBDWMC", Text, 100, must, ""},
    {"DBLX", Code, 0, must, "XZ23"}, {"DBZT", Code, 0, must, "XZ24"},
    {"DBYJ", Text, 2000, may, ""},   {"YJ", Text, 4000, may, ""},
    {"YQBJSJ", Time, 0, may, ""},    {"PDBH", Text, 64, may, ""},
};

constexpr FieldRow kExtension[] = {
    {"CBDWDM", Text, 32, must, ""},     {"CBDWMC", Text, 100, must, ""},
    {"YQZT", Code, 0, must, "XZ25"},    {"YQYY", Text, 1000, must, ""},
    {"YQHSX", Time, 0, granted, ""},    {"SX", Number, 6, may, ""},
    {"SXDW", Code, 0, limited, "XZ14"}, {"YJ", Text, 4000, may, ""},
    {"PDBH", Text, 64, may, ""},
};

constexpr FieldRow kAttachment[] = {
    {"FJZY", Digest, 64, must, ""},  {"WJM", Text, 200, must, ""},
    {"MTLX", Text, 64, must, ""},    {"ZJS", Number, 12, must, ""},
    {"FJZL", Code, 0, must, "XZ26"}, {"SSSJLX", Code, 0, may, "SJLX"},
    {"SSJLBH", Text, 64, may, ""},
};

constexpr FieldRow kCall[] = {
    {"HJFX", Code, 0, must, "XZ27"},
    {"RXHM", Text, 16, may, ""},
    {"LDHM", Text, 20, may, ""},
    {"SFJT", Flag, 0, must, ""},
    {"WJTYY", Code, 0, notConnected, "XZ22"},
    {"ZLSJ", Time, 0, may, ""},
    {"JTSJ", Time, 0, may, ""},
    {"GJSJ", Time, 0, may, ""},
    {"DDMS", Number, 6, may, ""},
    {"THMS", Number, 6, may, ""},
    {"HWYGH", Text, 32, may, ""},
    {"LYZY", Text, 64, may, ""},
    {"ZJLY", Text, 32, may, ""},
    {"ZJQX", Text, 32, may, ""},
    {"HWPJ", Code, 0, may, "XZ20"},
};

constexpr FieldRow kFiling[] = {
    {"CBDWDM", Text, 32, must, ""},  {"CBDWMC", Text, 100, must, ""},
    {"BAZT", Code, 0, must, "XZ28"}, {"BASX", Text, 200, must, ""},
    {"BALY", Text, 4000, must, ""},  {"DFKJ", Text, 4000, may, ""},
    {"QYSJ", Time, 0, may, ""},      {"TYSJ", Time, 0, may, ""},
    {"YJ", Text, 4000, may, ""},     {"SJGD", Text, 4000, may, ""},
};

struct KindRow {
    std::string_view kind;
    std::span<const FieldRow> fields;
};

constexpr KindRow kKinds[] = {
    {"SQ", kAppeal}, {"PD", kAssignment},  {"GC", kProcess},   {"JG", kResult},
    {"HF", kVisit},  {"DB", kSupervision}, {"YQ", kExtension}, {"FJ", kAttachment},
    {"DH", kCall},   {"YN", kFiling},
};

}  // namespace

std::span<const FieldRow> commonFields() {
    return kCommon;
}

std::span<const FieldRow> fieldsOf(std::string_view kind) {
    for (const KindRow& row : kKinds)
        if (row.kind == kind) return row.fields;
    return {};
}

}  // namespace yht::province_sim
