// Adapters without gateway or ledger: bytes in, records that admission would take out (decoded, mapped, validated, digested),
// per CPU second of one thread, so that others' work on the machine is not in the figures. Uses: admission (source_items).
#include <malloc.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "adapters/kit/inbound/adapter.h"
#include "gateway/intake/admission/source_items.h"
#include "tools/bench/calibration.h"
#include "tools/bench/machine.h"
#include "tools/bench/measuring.h"
#include "tools/stage/workbook.h"

#include <iconv.h>

namespace yht::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kItemsOfMessage = 200;
constexpr base::UnixMillis kNow = 1'555'551'000'000;
constexpr const char* kWords[] = {"新华路街道", "供热管网维修", "室内温度不达标", "请尽快处理", "多次反映未果", "小区东门", "物业公司", "排水不畅"};

/// What a hotline's appeal looks like: 40 members, 24 of them mapped, 4 by tables.
constexpr const char* kMapping = R"(null_tokens: ["", "无", "/"]
times: {formats: ["%Y-%m-%d %H:%M:%S"]}
vocabularies:
  types: {unmapped: quarantine}
  channels: {unmapped: quarantine}
  genders: {unmapped: quarantine}
  urgencies: {unmapped: quarantine}
ignore: {heartbeat: {when: {STATUS: PING}}}
known_unused: [R1, R2, R3, R4, R5, R6, R7, R8, R9, R10, R11, R12, R13, R14]
records:
  appeal:
    kind: appeal
    rows:
      record_ref: NO
      ticket_ref: NO
      event_time: TIME
      appeal_time: CALLED
      modified_time: CHANGED
      channel: {from: CHANNEL, vocabulary: channels}
      appeal_type: {from: TYPE, vocabulary: types}
      category_path: {from: CLASS, separator: "/"}
      title: {from: TITLE, max: 100, overflow: cut}
      content: %CONTENT%
      caller_name: WHO
      caller_gender: {from: SEX, vocabulary: genders}
      caller_phone: TEL
      id_type: {const: "111"}
      id_number: ID
      caller_company: ADDR
      address: PLACE
      handling_way: {const: "0"}
      is_anonymous: {from: ANON}
      is_secret: {from: SECRET}
      area_code: AREA
      urgency: {from: URGENT, vocabulary: urgencies}
      ext/DESK: DESK
      ext/LIMIT: {from: DAYS, type: integer}
      ext/LINE: LINE
)";
constexpr const char* kLua = R"(function content(text)
  return text and (text:match("【(.-)】") or text)
end
)";

using Members = std::vector<std::pair<std::string, std::string>>;

std::string text(std::size_t number, std::size_t words) {
    std::string all;
    for (std::size_t i = 0; i < words; ++i) all += kWords[(number * 7 + i * 3) % std::size(kWords)];
    return all;
}

Members itemOf(std::size_t number) {
    const std::string no = std::to_string(4'302'002'019'000'000 + number);
    Members members = {
        {"NO", no}, {"TIME", "2019-04-18 09:30:0" + std::to_string(number % 10)}, {"CALLED", "2019-04-18 09:29:11"},
        {"CHANGED", "2019-04-18 09:31:00"}, {"CHANNEL", "电话"}, {"TYPE", number % 2 == 0 ? "投诉" : "咨询"}, {"CLASS", "城乡建设/供热/温度"},
        {"TITLE", text(number, 3)}, {"TEXT", text(number, 70)}, {"WHO", "测甲乙"}, {"SEX", "男"}, {"TEL", "19900000001"},
        {"ID", "999999190001010015"}, {"ADDR", text(number, 2)}, {"PLACE", text(number + 1, 3)}, {"ANON", "否"}, {"SECRET", "0"}, {"AREA", "430200"},
        {"URGENT", "一般"}, {"DESK", "7"}, {"DAYS", "15"}, {"LINE", "12345"}, {"STATUS", "NEW"}, {"OPERATOR", ""}};
    for (int i = 1; i <= 14; ++i) members.emplace_back("R" + std::to_string(i), i % 2 == 0 ? "" : "unused value");
    return members;
}

std::string jsonMessage(std::size_t first) {
    std::string out = "{\"code\":\"200\",\"data\":{\"rows\":[";
    for (std::size_t i = 0; i < kItemsOfMessage; ++i) {
        out += i == 0 ? "{" : ",{";
        bool begun = false;
        for (const auto& [name, value] : itemOf(first + i)) {
            out += std::string(begun ? "," : "") + "\"" + name + "\":\"" + value + "\"";
            begun = true;
        }
        out += '}';
    }
    return out + "]}}";
}

std::string gbk(const std::string& utf8) {
    const iconv_t to = ::iconv_open("GBK", "UTF-8");
    std::string in = utf8, out(utf8.size(), '\0');
    char *from = in.data(), *into = out.data();
    std::size_t left = in.size(), room = out.size();
    if (::iconv(to, &from, &left, &into, &room) == static_cast<std::size_t>(-1)) throw Invalid("GBK");
    ::iconv_close(to);
    out.resize(out.size() - room);
    return out;
}

std::string csvMessage(std::size_t first) {
    std::string out;
    for (std::size_t i = 0; i <= kItemsOfMessage; ++i) {
        bool begun = false;
        for (const auto& [name, value] : itemOf(first + (i == 0 ? 0 : i - 1))) {
            out += (begun ? "," : "") + (i == 0 ? name : "\"" + value + "\"");
            begun = true;
        }
        out += "\r\n";
    }
    return gbk(out);
}

/// A source in a folder of its own.
class BenchSource {
public:
    BenchSource(const std::string& decode, bool lua) {
        if (::mkdtemp(root_.data()) == nullptr) throw std::runtime_error("mkdtemp");
        fs::create_directories(root_ + "/sources/bench");
        fs::create_directories(root_ + "/products/bench");
        std::string mapping = kMapping;
        mapping.replace(mapping.find("%CONTENT%"), 9, lua ? "{from: TEXT, lua: content}" : "TEXT");
        write("sources/bench/source.yaml", "id: bench\ntitle: bench\nproduct: bench\n");
        write("products/bench/product.yaml", "product: bench\nproduct_title: bench\nproduct_version: \"1\"\ndecode: " + decode + "\n");
        write("products/bench/mapping.yaml", mapping);
        write("products/bench/types.csv", "native,canonical\n咨询,1\n求助,2\n投诉,3\n");
        write("products/bench/channels.csv", "native,canonical\n电话,10\n网站,21\n");
        write("products/bench/genders.csv", "native,canonical\n男,1\n女,2\n");
        write("products/bench/urgencies.csv", "native,canonical\n特急,1\n紧急,2\n一般,3\n");
        if (lua) write("products/bench/functions.lua", kLua);
        auto loaded = kit::Adapter::load(root_ + "/sources", root_ + "/products", "bench");
        if (!loaded.ok()) throw Invalid(loaded.error().detail);
        adapter_ = *std::move(loaded);
    }
    ~BenchSource() {
        std::error_code ignored;
        fs::remove_all(root_, ignored);
    }
    BenchSource(const BenchSource&) = delete;
    const kit::Adapter& adapter() const { return *adapter_; }

private:
    void write(const std::string& name, const std::string& content) const {
        std::ofstream(root_ + "/" + name, std::ios::binary) << content;
    }
    std::string root_ = "/tmp/yht-bench-XXXXXX";
    std::shared_ptr<const kit::Adapter> adapter_;
};

/// As SourceRun does it. Items that became records; an item of another fate ends the run.
std::size_t adaptOne(const kit::Adapter& adapter, const std::string& message, base::Random& random) {
    const intake::SourceItems maker(message, adapter.manifest().source, random);
    std::size_t items = 0;
    const auto status = adapter.adapt(message, {.received_ms = kNow, .trace = true}, {}, [&](kit::AdaptedItem&& adapted) {
        const auto item = maker.prepare(std::move(adapted));
        if (item.failure || item.records.size() != 1) {
            std::string what = "an item did not become a record:";
            if (item.failure) {
                for (const auto& field : item.failure->fields) what += " " + field.pointer + ":" + field.code;
            }
            throw Invalid(what);
        }
        ++items;
        return true;
    });
    if (!status.ok()) throw Invalid(base::describe(status.error()));
    return items;
}

void measureFormat(
    const char* name, const char* floor, const BenchSource& source, std::string (*make)(std::size_t), const Options& options, Report& report
) {
    base::SystemRandom random;
    std::vector<std::string> messages;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < 10; ++i) messages.push_back(make(i * kItemsOfMessage));
    for (const auto& message : messages) bytes += message.size();
    std::size_t items = 0;
    const double before = ownCpuSeconds();
    for (std::size_t i = 0; items < options.requests; ++i)
        items += adaptOne(source.adapter(), messages[i % messages.size()], random);
    const double used = ownCpuSeconds() - before;
    report.add(std::string(name) + ", bytes an item", "B", static_cast<double>(bytes) / (10 * kItemsOfMessage));
    report.add(name, "items/CPU s", static_cast<double>(items) / used, floor);
}

/// 300 characters of a matter that nobody else has, among columns that are the same again and again.
stage::WorkbookRow workbookRowOf(std::size_t number) {
    stage::WorkbookRow row;
    for (auto& [name, value] : itemOf(number)) {
        const bool is_time = name == "TIME" || name == "CALLED" || name == "CHANGED";
        const std::size_t unique = name == "TEXT" ? 300 : name == "TITLE" ? 20 : name == "ADDR" || name == "PLACE" ? 15 : 0;
        row.push_back({name, unique == 0 ? value : stage::chineseText(number * 31 + unique, unique), is_time});
    }
    return row;
}

struct PackedWorkbook {
    std::string message;
    stage::WorkbookSize size;
};

/// In a process of its own, whose heap goes with it: what is freed there must not serve the decoder unseen.
PackedWorkbook workbook(std::size_t xml_bytes) {
    std::string path = "/tmp/yht-bench-XXXXXX";
    const int file = ::mkstemp(path.data());
    int pipe[2] = {-1, -1};
    if (file < 0 || ::pipe(pipe) != 0) throw std::runtime_error("mkstemp, pipe");
    ::close(file);
    PackedWorkbook made;
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            const auto size = stage::writeWorkbook(path, xml_bytes, workbookRowOf);
            ::_exit(::write(pipe[1], &size, sizeof size) == sizeof size ? 0 : 1);
        } catch (const std::exception&) {
            ::_exit(1);
        }
    }
    int status = 0;
    const bool told = child > 0 && ::waitpid(child, &status, 0) == child && status == 0 && ::read(pipe[0], &made.size, sizeof made.size) == sizeof made.size;
    for (const int end : pipe) ::close(end);
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    made.message.resize(static_cast<std::size_t>(in.tellg()));
    in.seekg(0);
    in.read(made.message.data(), static_cast<std::streamsize>(made.message.size()));
    ::unlink(path.c_str());
    if (!told || !in) throw std::runtime_error("the workbook can't be written");
    return made;
}

/// From here on the kernel's peak is that of what comes now.
void resetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// Of that much XML; returns how large the file is.
std::size_t measureWorkbook(const std::string& name, std::size_t xml_bytes, Report& report) {
    const BenchSource source("{format: xlsx}", false);
    const PackedWorkbook workbook = bench::workbook(xml_bytes);
    base::SystemRandom random;
    ::malloc_trim(0);  // what was used before is not there to be used again
    resetPeak();
    const double resident = useOf(::getpid()).rss_mb, before = ownCpuSeconds();
    const auto items = adaptOne(source.adapter(), workbook.message, random);
    const double used = ownCpuSeconds() - before;
    if (items != workbook.size.rows - 1) throw Invalid("rows are missing");
    report.add(name + ", packed size", "MB", static_cast<double>(workbook.message.size()) / 1e6);
    report.add(name + ", its XML", "MB", static_cast<double>(workbook.size.xml_bytes) / 1e6);
    report.add(name + ", of that shared strings", "MB", static_cast<double>(workbook.size.strings_bytes) / 1e6);
    report.add(name, "items/CPU s", static_cast<double>(items) / used);
    report.add(name + ", memory beyond the message", "MB", useOf(::getpid()).rss_peak_mb - resident, "< 60");
    return workbook.message.size();
}

/// First of that much XML; then of so much that the file itself has that size.
void measureWorkbooks(std::size_t bytes, Report& report) {
    const std::size_t packed = measureWorkbook("xlsx by its XML", bytes, report);
    measureWorkbook("xlsx by its file", bytes * bytes / packed, report);
}

}  // namespace

Report measureAdapters(const Options& options) {
    Report report("adapters: decoded, mapped, validated; one thread, no ledger");
    const BenchSource json("{format: json, charset: UTF-8, items: data/rows}", false);
    const BenchSource csv("{format: csv, charset: GBK}", false);
    const BenchSource lua("{format: json, charset: UTF-8, items: data/rows}", true);
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        measureFormat("table mapping, JSON", ">= 40000", json, jsonMessage, options, report);
        measureFormat("table mapping, CSV in GBK", ">= 25000", csv, csvMessage, options, report);
        measureFormat("with a Lua function, JSON", ">= 15000", lua, jsonMessage, options, report);
        if (options.workbook_mb > 0) measureWorkbooks(options.workbook_mb * 1'000'000, report);
    }
    return report;
}

}  // namespace yht::bench
