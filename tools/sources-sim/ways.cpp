#include "tools/sources-sim/ways.h"

#include <iostream>
#include <stdexcept>

#include "tools/sources-sim/board.h"
#include "tools/sources-sim/sheet_files.h"
#include "tools/sources-sim/soap_text.h"
#include "tools/stage/process.h"

namespace yht::sources_sim {
namespace {

constexpr std::int64_t kLookAgainMillis = 200;

std::pair<std::string, std::string> headerOf(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == text.npos) throw std::runtime_error("--header is NAME: VALUE");
    const std::size_t value = text.find_first_not_of(' ', colon + 1);
    return {text.substr(0, colon), value == text.npos ? "" : text.substr(value)};
}

bool speaksSoap(const Shape& shape) { return std::string_view(shape.name) == "third"; }

}  // namespace

int call(const CallRun& run) {
    CallerOptions options = run.caller;
    options.shape = run.shape->name;
    if (speaksSoap(*run.shape)) options.content_type = "text/xml; charset=utf-8";
    for (const std::string& header : run.headers) options.headers.push_back(headerOf(header));
    std::optional<Caller> caller;
    if (!run.print) caller.emplace(options);
    Telling telling(run.lines);
    bool all_done = true;
    for (const Message& each : said(*run.shape, run.options, run.troubles)) {
        // In a call it is the text inside that is torn or of another charset: the envelope is the toolkit's.
        const std::string json = written(*run.shape, jsonOf(each), run.troubles);
        const std::string body = speaksSoap(*run.shape) ? soapCallOf(each, run.session, json) : json;
        if (run.print) {
            std::cout << body << '\n';
            continue;
        }
        const Heard heard = caller->call(speaksSoap(*run.shape) ? run.path : run.path + each.name, body);
        telling.call(*run.shape, each, heard);
        all_done = all_done && heard.done;
    }
    return all_done ? stage::kDone : stage::kFailed;
}

int leaveFile(const Run& run, DropOptions drop) {
    const auto rows = said(*run.shape, run.options, run.troubles);
    const std::string bytes = fileOf(*run.shape, rows, run.troubles);
    if (bytes.empty()) return stage::kDone;  // silence
    const auto half_ms = sources_sim::drop(drop, bytes);
    if (!half_ms) return stage::kFailed;
    Telling(run.lines).left(*run.shape, drop.folder + "/" + drop.name, rows.size(), bytes.size(), *half_ms);
    return stage::kDone;
}

int writeRows(const Run& run, const std::string& connection) {
    Odbc database(connection);
    const auto rows = said(*run.shape, run.options, run.troubles);
    writeRows(database, *run.shape, rows, run.troubles);
    Telling(run.lines).left(*run.shape, "t_gd, t_bz, t_fj", rows.size(), 0);
    return stage::kDone;
}

int serve(const ServeRun& run) {
    Telling telling(run.lines);
    Board board({run.options, run.troubles, run.app_key});
    Home home(run.data, [&](const CameHome& came) { telling.home(came); }, run.answers_lost);
    std::unique_ptr<Odbc> database;
    if (!run.connection.empty()) {
        database = std::make_unique<Odbc>(run.connection);
        prepareExchange(*database);
    }
    stage::Listener listener(run.listen, [&](const stage::HttpRequest& request) {
        if (auto answer = board.take(request)) return *std::move(answer);
        if (auto answer = home.take(request)) return *std::move(answer);
        return stage::HttpAnswer{.status = 404, .body = "{}"};
    });
    if (!stage::writePortFile(run.port_file, listener.port())) throw std::runtime_error("can't write " + run.port_file);
    while (!stage::stopSignalWithin(kLookAgainMillis)) {
        for (const std::string& folder : run.results_folders) home.lookIntoFolder(folder);
        try {
            if (database) home.lookIntoDatabase(*database);
        } catch (const std::runtime_error& fault) {  // locked by its writer: looked at again
            std::cerr << fault.what() << std::endl;
        }
    }
    const auto counts = home.counts();
    return counts.wrong == 0 ? stage::kDone : stage::kFailed;
}

}  // namespace yht::sources_sim
