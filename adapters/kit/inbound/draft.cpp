#include "adapters/kit/inbound/draft.h"

#include <algorithm>
#include <set>

#include "adapters/kit/inbound/draft_shapes.h"
#include "adapters/kit/inbound/draft_table.h"
#include "adapters/kit/inbound/draft_text.h"
#include "adapters/kit/inbound/draft_values.h"
#include "adapters/kit/inbound/time_formats.h"
#include "adapters/kit/inbound/typed_values.h"
#include "adapters/kit/path.h"
#include "gateway/ticket/catalogue.h"
#include "gateway/ticket/codes.h"

namespace yht::kit {
namespace {

constexpr std::size_t kItemsRead = 200;
constexpr std::size_t kDepthMax = 6;
constexpr std::string_view kArrow = " ← ";

/// Names that sources use for a field, in lower case; the first that the sample has wins.
struct Guess {
    const char* field;
    std::vector<const char*> names;
};
const std::vector<Guess>& guesses() {
    static const std::vector<Guess> table = {
        {"record_ref",
         {"jjdbh", "工单编号", "工单号", "12345工单编号", "办件编号", "受理编号", "编号", "orderno",
          "order_no", "ordernum", "order_id", "orderid", "record_number", "sourcenumber", "taskid",
          "caseguid", "code", "id"}},
        {"event_time",
         {"bjsj", "诉求时间", "来电时间", "受理时间", "登记时间", "创建时间", "calltime",
          "call_time", "accept_time", "accepttime", "raise_time", "ordertime", "create_time",
          "createtime", "wantdate"}},
        {"title", {"title", "标题", "诉求标题", "诉求主题", "主题", "subject"}},
        {"content",
         {"bjnr", "诉求内容", "内容", "问题描述", "majorcontent", "wantcontent", "content",
          "description", "discription"}},
        {"caller_name",
         {"bjdhyhm", "诉求人", "诉求人姓名", "姓名", "反映人", "wantperson", "callername",
          "caller_name", "raise_name", "reflectperson"}},
        {"caller_phone",
         {"bjdh", "来电号码", "诉求人电话", "电话", "callnumber", "callerphone", "caller_phone",
          "wantpersontel", "phone", "mobile"}},
        {"contact_phone", {"lxdh", "联系电话", "contactphone", "contact_phone", "callercontact"}},
        {"caller_gender", {"bjrxbdm", "性别", "callersex", "sex", "gender"}},
        {"address", {"bjdz", "事发地址", "地址", "诉求地址", "address"}},
        {"area_code", {"xzqhdm", "区划代码", "行政区划", "area_code", "areacode", "village"}},
        {"longitude", {"经度", "lng", "longitude", "gis_x", "coordx"}},
        {"latitude", {"纬度", "lat", "latitude", "gis_y", "coordy"}},
        {"coordinate_system", {"坐标系", "coordsys", "coordinate_system", "crs"}},
        {"appeal_type",
         {"诉求类型", "kindid", "appealtype", "appeal_type", "servicetype", "raise_category"}},
        {"channel",
         {"来源渠道", "受理渠道", "办件来源", "comefrom", "sourcetype", "raise_channel"}},
        {"urgency", {"紧急程度", "urgency", "urgent_level", "emergencylevel", "urgencylevel"}},
        {"category_path",
         {"一级分类", "一级业务分类", "levelone", "事项大类", "事项分类", "jqlbmc", "questionname",
          "classification"}},
        {"is_secret", {"sfbm", "是否保密", "issecret", "is_secrecy"}},
        {"accept_org_name", {"jjdwmc", "受理机构", "受理单位"}},
    };
    return table;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return c < 0x80 ? std::tolower(c) : c;
    });
    return text;
}

using SeenByPath = std::vector<std::pair<std::string, Seen>>;  // in the sample's order
using Paths = std::set<std::string>;

Seen& at(SeenByPath& all, const std::string& path) {
    for (auto& [own, seen] : all) {
        if (own == path) return seen;
    }
    return all.emplace_back(path, Seen{}).second;
}

const std::vector<std::string>& knownFormats() {
    static const std::vector<std::string> formats = {"rfc3339",           "%Y-%m-%d %H:%M:%S",
                                                     "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M",
                                                     "%Y/%m/%d %H:%M",    "%Y-%m-%d",
                                                     "%Y/%m/%d",          "%Y年%m月%d日",
                                                     "%Y年%m月%d日 %H时%M分",
                                                     "%Y%m%d%H%M%S",      "%Y-%m-%d %H:%M:%S.%L",
                                                     "epoch_ms",          "epoch_s"};
    return formats;
}

std::set<std::string> formatsOf(std::string_view text) {
    std::set<std::string> fitting;
    for (const auto& format : knownFormats()) {
        const auto made = TimeFormats::parse({format}, "Asia/Shanghai");
        const auto time = made ? made->read(text, ItemType::Text) : std::nullopt;
        // 1990 to 2100: any short number is some second of 1970.
        if (time && *time > 631'152'000'000 && *time < 4'102'444'800'000) fitting.insert(format);
    }
    return fitting;
}

void look(const ItemValue& value, const std::string& path, SeenByPath& all, Paths& lists, std::size_t depth) {
    if (depth > kDepthMax) return;
    const bool plain_list = value.type() == ItemType::List && !path.empty() && path.find('*') == std::string::npos;
    if (plain_list) lists.insert(path);
    for (const auto& [name, member] : value.members())
        look(member, path + (path.empty() ? "" : "/") + pathStep(name), all, lists, depth + 1);
    for (const auto& entry : value.items())
        look(entry, path + (path.empty() ? "*" : "/*"), all, lists, depth + 1);
    if (!value.isScalar() || path.empty()) return;
    Seen& seen = at(all, path);
    const std::string text(trimmed(value.text()));
    if (text.empty()) return;
    const auto formats =
        value.type() == ItemType::Serial ? std::set<std::string>{"excel"} : formatsOf(text);
    if (seen.count++ == 0)
        seen.formats = formats;
    else
        std::erase_if(seen.formats, [&](const auto& format) { return !formats.contains(format); });
    if (seen.values.size() <= kDistinctMax) seen.values.insert(text);
}

constexpr const char* kEndings = "json, jsonl, xml, csv, tsv, txt, dat, xlsx, dbf; of any name: a form, a multipart body, a SOAP call around a text";

/// Rows of a delimiter, or lines whose columns begin at the same places: what more of the lines are.
void guessTextTable(const std::string& sample, DecodeRules& rules) {
    DecodeRules fixed = rules;
    const std::size_t lines = guessFixedColumns(sample, fixed);
    const std::size_t rows = guessColumns(sample, rules);
    if (lines > 2 * rows) rules = std::move(fixed);
}

base::Result<DecodeRules> rulesFor(const std::string& file_name, const std::string& sample) {
    const std::string ending =
        lower(file_name.substr(std::min(file_name.rfind('.'), file_name.size() - 1) + 1));
    DecodeRules rules;
    if (ending == "json" || ending == "jsonl") {
        rules.lines = ending == "jsonl";
        rules.items = jsonItemsPath(sample);
    } else if (ending == "csv" || ending == "tsv") {
        rules.format = ending == "tsv" ? Format::Tsv : Format::Csv;
        rules.table.delimiter = ending == "tsv" ? '\t' : ',';
        guessColumns(sample, rules);
    } else if (ending == "xlsx") {
        rules.format = Format::Xlsx;
    } else if (ending == "dbf") {
        rules.format = Format::Dbf;
        rules.charset = "";
    } else if (auto wrapped = wrappedByLook(sample)) {
        rules = *std::move(wrapped);
    } else if (ending == "txt" || ending == "dat") {
        rules.format = Format::Csv;
        guessTextTable(sample, rules);
    } else if (ending == "xml") {
        rules.format = Format::Xml;
        rules.charset = "";
        rules.items = xmlItemsPath(rules, sample);
    } else {
        return base::makeError(
            base::ErrorCode::ManifestInvalid,
            "no draft from ." + ending + ": " + kEndings
        );
    }
    return rules;
}

struct Looked {
    SeenByPath seen;
    Paths lists;
    std::size_t failures = 0;
};

base::Status lookAll(const DecodeRules& rules, const std::string& sample, Looked& looked) {
    looked = {};
    auto decoder = makeDecoder(rules);
    if (!decoder) return std::move(decoder).error();
    std::size_t count = 0;
    std::optional<base::Error> first;
    auto status = (*decoder)->decode(sample, [&](DecodedItem&& item) {
        if (item.failure && !first) first = item.failure;
        if (item.failure) ++looked.failures;
        else look(item.value, "", looked.seen, looked.lists, 0), ++count;
        return count < kItemsRead;
    });
    if (count > 0) return {};
    if (first) return *first;
    return status ? base::Status(
                        base::makeError(base::ErrorCode::ItemUndecodable, "the sample has no items")
                    )
                  : std::move(status);
}

/// Nothing in the sample says it.
bool isCharsetGuessed(const DecodeRules& rules) {
    return isTextTable(rules) || rules.format == Format::FixedWidth || rules.format == Format::Form || rules.format == Format::Multipart;
}

/// Of the decoder that makes the items.
bool areItemsXml(const DecodeRules& rules) {
    return rules.inner_rules ? areItemsXml(*rules.inner_rules) : rules.format == Format::Xml;
}

void setArrayPaths(DecodeRules& rules, const Paths& lists) {
    if (!rules.inner_rules) {
        rules.array_paths = {lists.begin(), lists.end()};
        return;
    }
    auto inner = std::make_shared<DecodeRules>(*rules.inner_rules);
    setArrayPaths(*inner, lists);
    rules.inner_rules = std::move(inner);
}

/// Some GBK rows are UTF-8 by chance: what fails in fewer items counts. What XML repeats in one item is a list in every other.
base::Status decodeSample(DecodeRules& rules, const std::string& sample, Looked& looked) {
    auto status = lookAll(rules, sample, looked);
    if (status && areItemsXml(rules) && !looked.lists.empty()) {
        setArrayPaths(rules, looked.lists);
        return lookAll(rules, sample, looked);
    }
    if (!isCharsetGuessed(rules) || (status && looked.failures == 0)) return status;
    DecodeRules other = rules;
    other.charset = "GBK";
    Looked again;
    auto other_status = lookAll(other, sample, again);
    if (status && !(other_status && again.failures < looked.failures)) return status;
    rules = std::move(other);
    looked = std::move(again);
    return other_status;
}

/// A table of what was seen: our code where the text is its Chinese name, else the list's last
/// code, to be looked at.
std::string tableOf(const char* list, const Seen& seen) {
    std::string csv = "native,canonical,note\n";
    const auto codes = ticket::codeList(list);
    for (const auto& value : seen.values) {
        const auto found = std::find_if(codes.begin(), codes.end(), [&](const auto& row) {
            return value == row.zh;
        });
        const auto& row = found != codes.end() ? *found : codes.back();
        std::string native;
        for (const char c : value) native += c == '"' ? "\"\"" : std::string(1, c);
        csv += "\"" + native + "\"," + row.code + "," +
               (found != codes.end() ? "" : "CHECK 待核对") + "\n";
    }
    return csv;
}

/// Writes the mapping; notes what it read.
class MappingDraft {
public:
    explicit MappingDraft(const SeenByPath& seen) : seen_(seen) {}

    std::string write(Draft& draft) {
        for (const auto& guess : guesses()) guessRow(guess, draft);
        guessByValues(draft);
        if (!has("appeal_time") && !event_time_.empty())
            add("appeal_time", "{ from: " + inQuotes(event_time_) + " }");
        addConstants(draft);
        for (const auto& [path, seen] : seen_) {
            if (!read_.contains(path)) draft.unread.push_back(path);
        }
        std::string text =
            "# A draft: every row is a guess by the names of the sample. Read each, then `yht "
            "adapters lint`.\n"
            "null_tokens: [\"\", \"无\", \"/\", \"-\", \"null\", \"NULL\"]\n";
        if (!formats_.empty()) {
            text += "times:\n  formats: [";
            for (const auto& format : formats_)
                text += (format == *formats_.begin() ? "" : ", ") + inQuotes(format);
            text += "]\n";
        }
        if (!vocabularies_.empty()) text += "vocabularies:\n" + vocabularies_;
        text += "records:\n  appeal:\n    kind: appeal\n    rows:\n" + rows_;
        text += "# Not read yet; give each a row, or name it in known_unused: [ … ].\n";
        for (const auto& path : draft.unread) text += "#   " + path + "\n";
        return text;
    }

private:
    bool has(const std::string& field) const { return fields_.contains(field); }
    void add(const std::string& field, const std::string& row) {
        fields_.insert(field);
        rows_ += "      " + field + ": " + row + "\n";
    }

    void guessRow(const Guess& guess, Draft& draft) {
        for (const char* name : guess.names) {
            for (const auto& [path, seen] : seen_) {
                if (lower(path.substr(path.rfind('/') + 1)) != name || read_.contains(path) ||
                    path.find('*') != std::string::npos)
                    continue;
                return takeRow(guess.field, path, seen, draft);
            }
        }
    }

    /// Names that nobody knows, pinyin initials as a rule: what the values can only be.
    void guessByValues(Draft& draft) {
        for (const auto& [field, fits] : valueGuesses()) {
            if (has(field)) continue;
            for (const auto& [path, seen] : seen_) {
                const bool usable = seen.count > 0 && !read_.contains(path) && path.find('*') == std::string::npos;
                if (!usable || !fits(seen)) continue;
                takeRow(field, path, seen, draft);
                if (!has(field)) continue;
                draft.guessed.back() += " (by its values 按取值)";
                break;
            }
        }
    }

    void takeRow(
        const std::string& field, const std::string& path, const Seen& seen, Draft& draft
    ) {
        const auto* row = ticket::findField(ticket::Kind::Appeal, field);
        if (row->type == ticket::FieldType::Time) {
            if (seen.formats.empty()) return;
            formats_.insert(*seen.formats.begin());
            event_time_ = path;
        }
        std::string written = inQuotes(path);
        if (row->type == ticket::FieldType::Code) {
            if (seen.values.size() > kDistinctMax) return;
            draft.product_files[field + ".csv"] = tableOf(row->code_list, seen);
            vocabularies_ += "  " + field + ": { unmapped: quarantine }\n";
            written = "{ from: " + inQuotes(path) + ", vocabulary: " + field + " }";
        } else if (row->type == ticket::FieldType::Flag) {
            written = "{ from: " + inQuotes(path) + ", default: \"false\" }";
        }
        read_.insert(path);
        add(field, written);
        if (field == "record_ref") add("ticket_ref", written);
        if (field == "id_number") add("id_type", "{ const: \"111\", with: [id_number] }");
        draft.guessed.push_back(field + std::string(kArrow) + path);
    }

    /// What every appeal must have: a constant that is mostly right, or nothing, and lint asks.
    void addConstants(Draft& draft) {
        // No constant is mostly right: the same numbers are some hundred metres apart.
        if ((has("longitude") || has("latitude")) && !has("coordinate_system"))
            rows_ += "      # CHECK: coordinate_system: { const: … }, of the coordinates: CGCS2000, WGS84, GCJ02 or BD09?\n";
        if (!has("channel"))
            add("channel", "{ const: \"99\" }  # CHECK: which way do citizens come in?");
        if (!has("appeal_type")) add("appeal_type", "{ const: \"9\" }  # CHECK");
        if (!has("handling_way")) add("handling_way", "{ const: \"0\" }");
        if (!has("urgency")) add("urgency", "{ const: \"3\" }");
        if (!has("is_secret"))
            add("is_secret", "{ const: \"false\" }  # CHECK: how does the source mark 保密?");
        const auto named = std::find_if(draft.guessed.begin(), draft.guessed.end(), [](const auto& g) {
            return g.starts_with("caller_name ");
        });
        if (named == draft.guessed.end()) {
            add("is_anonymous", "{ const: \"true\" }");
        } else {
            const std::string path = named->substr(named->find(kArrow) + kArrow.size());
            add("is_anonymous", "[{ const: \"true\", when: { " + inQuotes(path) +
                                    ": \"\" } }, { const: \"false\" }]");
        }
        for (const auto* field : ticket::fieldsOf(ticket::Kind::Appeal)) {
            const bool wanted = field->required == ticket::Required::Always &&
                                field->field != ticket::Field::source;
            if (wanted && !has(field->name)) draft.unwritten.emplace_back(field->name);
        }
    }

    const SeenByPath& seen_;
    std::set<std::string> fields_, read_, formats_;
    std::string rows_, vocabularies_, event_time_;
};

}  // namespace

base::Result<Draft> draftSource(
    const DraftWish& wish, const std::string& file_name, const std::string& sample
) {
    auto rules = rulesFor(file_name, sample);
    if (!rules) return std::move(rules).error();
    Looked looked;
    if (auto status = decodeSample(*rules, sample, looked); !status) {
        auto error = std::move(status).error();
        error.detail = file_name + " read as " + formatName(rules->format) + " (" + kEndings + "; rows by what parts most of them): " +
                       (error.public_en.empty() ? error.detail : error.public_en);
        return error;
    }
    if (isTextTable(*rules)) guessTotalRow(sample, *rules);
    // What stands in a total line is no value of the columns.
    if (Looked items; !rules->table.total_row.begins.empty() && lookAll(*rules, sample, items)) looked = std::move(items);
    Draft draft;
    draft.source_files["source.yaml"] =
        "id: " + wish.id + "\ntitle: " + inQuotes(wish.title) + "\nproduct: " + wish.product +
        "\nlifecycle: draft\nowner: { unit: \"\", person: \"\", phone: \"\" }\n";
    const std::string ending = file_name.substr(file_name.rfind('.') + 1);
    draft.source_files["tests/first/input." + ending] = sample;
    if (wish.product_exists) return draft;
    draft.product_files["product.yaml"] =
        "product: " + wish.product + "\nproduct_title: \"\"\nproduct_version: \"1\"\n" +
        decodeSection(*rules) + "# CHECK. Of one file a day: { workday_hour_min: 1, weekend_hour_min: 1, night_hour_min: 1, silent_after_s: 93600, lag_s_max: 93600 }\n"
        "health: { workday_hour_min: 1, silent_after_s: 14400, lag_s_max: 14400 }\n";
    draft.product_files["mapping.yaml"] = MappingDraft(looked.seen).write(draft);
    return draft;
}

}  // namespace yht::kit
