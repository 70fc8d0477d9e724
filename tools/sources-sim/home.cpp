#include "tools/sources-sim/home.h"

#include <algorithm>
#include <filesystem>

#include "tools/sources-sim/charset.h"
#include "tools/sources-sim/grid_file.h"
#include "tools/sources-sim/soap_text.h"
#include "tools/stage/json_text.h"
#include "tools/stage/process.h"

namespace yht::sources_sim {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS came_home(shape TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY(shape, id))";

/// What a result must hold, by the members' names in the source's own format.
struct ResultRule {
    const char* name;
    const char* shape;
    const char* what;
    const char* path;  // HTTP; "" another way
    const char *id, *ref, *ticket_no, *time, *text, *code;  // text "": it may be without
    std::vector<std::string> codes;
    bool once = false;  // a number that was had is refused, also where it brings the same
};
std::span<const ResultRule> rules() {
    static const ResultRule kRules[] = {
        {"110-result", "110", "result", "/deal110/handleResult", "LSH", "JJDBH", "FLOWID", "HANDLETIME", "CLJG", "HANDLEOPINION", {"1", "2"}},
        {"110-visit", "110", "visit", "/deal110/pushHf", "LSH", "JJDBH", "FLOWID", "HFSJ", "DHHFHSQK", "CLJGDM", {"1", "2", "3", "4", "5"}},
        // A step that none of its kinds fits goes by its name.
        {"110-step", "110", "process", "/deal110/pushLcbl", "LSH", "JJDBH", "FLOWID", "HANDLETIME", "NODENAME", "NODETYPE",
         {"1", "2", "3", "4", "5", "6", "7", "8", ""}},
        {"110-extension", "110", "extension", "/deal110/pushYqsq", "LSH", "JJDBH", "FLOWID", "APPLYTIME", "APPLYCONTENT", "APPLYSTATE",
         {"1", "2", "3", "4"}},
        {"board", "board", "result", "/api/replies", "replyNo", "tid", "ticketNo", "time", "content", "banli", {"0", "1", "2", "3", "4"}, true},
        {"third", "third", "result", "", "ResultID", "SourceNumber", "ThirdNumber", "FinishDate", "ReplyContent", "Result",
         {"已解决", "未解决", "部分解决", "退回", "解释说明"}},
        {"exchange", "exchange", "result", "", "hfbh", "gdbh", "fdbh", "sj", "yj", "jglb", {"0", "1", "2", "3", "4"}},
        {"district", "district", "result", "", "XH", "BJBH", "SJBH", "WCSJ", "CLJG", "BJZT", {"已办结", "解释办结", "已退回", "未解决"}},
        {"grid-result", "grid", "result", "", "seq", "taskId", "ticketNo", "solvingTime", "description_12345", "banliResult_12345", {"0", "1", "2", "3"}},
        // A call-back that rated nothing has no rating; there need be no words with one.
        {"grid-visit", "grid", "visit", "", "seq", "taskId", "ticketNo", "telAskTime", "", "publicSatisfaction", {"0", "1", "2", "3", ""}},
    };
    return kRules;
}
const ResultRule& ruleOf(std::string_view name) {
    return *std::find_if(rules().begin(), rules().end(), [&](const ResultRule& each) { return name == each.name; });
}

/// Every 9 stands for a digit, the rest for itself; a region may have letters.
bool looksLike(std::string_view pattern, std::string_view text) {
    return pattern.size() == text.size() && std::equal(pattern.begin(), pattern.end(), text.begin(), [](char wanted, char c) {
               const bool digit = c >= '0' && c <= '9';
               return wanted == '9' ? digit : wanted == 'R' ? digit || (c >= 'A' && c <= 'Z') : wanted == c;
           });
}

std::string problemOf(const ResultRule& rule, const Message& result) {
    if (result.text(rule.id).empty()) return std::string(rule.id) + " is missing";
    if (result.text(rule.ref).empty()) return std::string(rule.ref) + " is missing";
    if (!looksLike("RRRRRR-99999999-9999999-9", result.text(rule.ticket_no))) return std::string(rule.ticket_no) + " is no ticket number";
    if (!looksLike("9999-99-99 99:99:99", result.text(rule.time))) return std::string(rule.time) + " is no time";
    if (*rule.text != '\0' && result.text(rule.text).empty()) return std::string(rule.text) + " is empty";
    const std::string code = result.text(rule.code);
    if (std::find(rule.codes.begin(), rule.codes.end(), code) == rule.codes.end()) return std::string(rule.code) + " is in no list: " + code;
    return "";
}

/// The members of an object; numbers as their digits.
Message membersOf(const stage::JsonValue& object) {
    Message message;
    for (const auto& member : object.GetObject()) {
        const std::string name(member.name.GetString(), member.name.GetStringLength());
        message.members.push_back({name, stage::textOf(object, name.c_str())});
    }
    return message;
}

std::vector<std::string> cellsOf(const std::string& text, std::size_t& at) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted) {
            if (c != '"') cells.back() += c;
            else if (at + 1 < text.size() && text[at + 1] == '"') cells.back() += text[++at];
            else quoted = false;
        } else if (c == '"') quoted = true;
        else if (c == ',') cells.emplace_back();
        else if (c == '\n') break;
        else if (c != '\r') cells.back() += c;
    }
    ++at;
    return cells;
}

std::vector<Message> rowsOfCsv(const std::string& text) {
    std::size_t at = 0;
    const auto names = cellsOf(text, at);
    std::vector<Message> rows;
    while (at < text.size()) {
        const auto cells = cellsOf(text, at);
        Message& row = rows.emplace_back();
        for (std::size_t i = 0; i < std::min(cells.size(), names.size()); ++i) row.members.push_back({names[i], cells[i]});
    }
    return rows;
}

std::string codeAnswer(const char* code, const std::string& number, const std::string& message) {
    return jsonOf({"", "", {{"code", code}, {"data", number}, {"message", message}}});
}

/// What was sent as `data` of a JSON object; without anything where there is none.
Message dataOf(const std::string& text) {
    const auto json = stage::parseJson(text);
    const auto* data = json && json->IsObject() ? stage::memberOf(*json, "data") : nullptr;
    return data != nullptr && data->IsObject() ? membersOf(*data) : Message();
}

}  // namespace

Home::Home(const std::string& path, Teller tell, std::uint64_t answers_lost)
    : database_(path, kSchema), tell_(std::move(tell)), answers_lost_(answers_lost) {}

Home::Counts Home::counts() {
    const std::scoped_lock lock(mutex_);
    return counts_;
}

CameHome Home::receive(const char* rule_name, const Message& result, bool over_http) {
    const ResultRule& rule = ruleOf(rule_name);
    CameHome home{rule.shape, rule.what, result.text(rule.ref), result.text(rule.ticket_no), result.text(rule.text), false, false, problemOf(rule, result)};
    const std::scoped_lock lock(mutex_);
    if (home.problem.empty()) {
        stage::Statement known(database_, "SELECT body FROM came_home WHERE shape = ? AND id = ?");
        home.again = known.text(rule.name).text(result.text(rule.id)).step();
        if (home.again && known.textAt(0) != jsonOf(result)) home.problem = "another result under a number that was used";
        else if (home.again && rule.once) home.problem = "it is published already";
    }
    if (home.problem.empty() && !home.again) {
        stage::Statement(database_, "INSERT INTO came_home VALUES(?, ?, ?)").text(rule.name).text(result.text(rule.id)).text(jsonOf(result)).run();
    }
    home.unheard = over_http && answers_lost_ > 0;
    if (home.unheard) --answers_lost_;
    ++(!home.problem.empty() ? counts_.wrong : home.again ? counts_.again : counts_.came);
    tell_(home);
    return home;
}

std::optional<stage::HttpAnswer> Home::take(const stage::HttpRequest& request) {
    if (request.method != "POST") return std::nullopt;
    if (request.path == "/ThirdResult.asmx") return answerSoap(request);
    if (request.path == "/api/replies/find") return answerQuestion(request);
    for (const ResultRule& rule : rules()) {
        if (*rule.path == '\0' || request.path != rule.path) continue;
        const Message result = dataOf(request.body);
        const CameHome home = receive(rule.name, result, true);
        const bool well = home.problem.empty();
        stage::HttpAnswer answer{.body = codeAnswer(well ? "200" : "400", "HF" + result.text(rule.id), well ? "ok" : home.problem)};
        if (home.unheard) answer.ending = stage::Ending::CloseUnanswered;
        return answer;
    }
    return std::nullopt;
}

stage::HttpAnswer Home::answerQuestion(const stage::HttpRequest& request) {
    const std::string number = dataOf(request.body).text("replyNo");
    const std::scoped_lock lock(mutex_);
    stage::Statement known(database_, "SELECT 1 FROM came_home WHERE shape = 'board' AND id = ?");
    const bool published = known.text(number).step();
    ++counts_.asked;
    return {.body = codeAnswer(published ? "200" : "404", published ? "HF" + number : "", published ? "ok" : "not published")};
}

stage::HttpAnswer Home::answerSoap(const stage::HttpRequest& request) {
    const Message result = dataOf(elementOf(request.body, "strThird").value_or(""));
    const CameHome home = receive("third", result, true);
    const std::string text = jsonOf({"", "", {{"Success", home.problem.empty() ? "true" : "false", Member::Form::Json}, {"Number", result.text("SourceNumber")}, {"Message", home.problem}}});
    stage::HttpAnswer answer{.content_type = "text/xml; charset=utf-8", .body = soapAnswerOf("ReturnThird", text)};
    if (home.unheard) answer.ending = stage::Ending::CloseUnanswered;
    return answer;
}

void Home::lookIntoFolder(const std::string& folder) {
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename();
        if ((name.starts_with("HF_") && name.ends_with(".csv")) || (name.starts_with("JG_") && name.ends_with(".xml"))) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& path : files) {
        const auto bytes = stage::readFile(path);
        const std::string text = bytes.ok ? fromGbk(bytes.text).value_or("") : "";
        if (path.extension() == ".csv") receiveRows(text);
        else receiveGrid(text);
        fs::create_directories(folder + "/taken", ignored);
        fs::rename(path, folder + "/taken/" + path.filename().string(), ignored);
    }
}

void Home::receiveRows(const std::string& csv) {
    auto rows = rowsOfCsv(csv);
    if (rows.empty()) rows.emplace_back();  // told as what is missing in it
    for (const Message& row : rows) receive("district", row);
}

void Home::receiveGrid(const std::string& xml) {
    const Message result = resultOfGrid(xml);
    receive(result.find("telAskTime") != nullptr ? "grid-visit" : "grid-result", result);
}

void Home::lookIntoDatabase(Odbc& database) {
    for (const Message& result : unansweredResults(database)) {
        const CameHome home = receive("exchange", result);
        answerResult(database, result.text("hfbh"), home.problem.empty(), "HF" + result.text("hfbh"));
    }
}

}  // namespace yht::sources_sim
