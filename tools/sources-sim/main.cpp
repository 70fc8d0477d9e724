// sources-sim: plays sources in their own formats over their own ways. `sources-sim --help`.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "tools/sources-sim/sheet_files.h"
#include "tools/sources-sim/ways.h"
#include "tools/stage/process.h"

namespace yht::sources_sim {
namespace {

constexpr const char* kHelp =
    "Plays the sources that hand in their own formats 模拟以自有格式报送的来源\n"
    "Exit codes 退出码: 0 every call was answered as its source understands \"done\", 4 one was not, 2 usage, 3 cannot start\n"
    "Examples 示例:\n"
    "  sources-sim 110 --gateway https://localhost:8446 --ca pki/root.pem --header \"X-Access-Token: …\" --cases 5\n"
    "  sources-sim third --gateway … --session … ; sources-sim 110 --cases 1 --print\n"
    "  sources-sim district --into /srv/sftp/out --trouble unknown-code\n"
    "  sources-sim exchange --connection \"Driver=SQLite3;Database=/srv/exchange.db\"\n"
    "  sources-sim serve --port 8450 --cert pki/board.pem --key pki/board.key --app-key word --data home.sqlite";

/// What the command line fills; the commands outlive its parsing.
struct Given {
    CallRun call;
    ServeRun serve;
    Run run;
    DropOptions drop;
    std::string file, connection;
    std::vector<std::string> troubles;
    bool for_people = false;

    void settle(Run& into, const char* shape) const {
        into.shape = findShape(shape);
        into.options = run.options;
        for (const std::string& name : troubles) into.troubles.push_back(*findTrouble(name));
        into.lines = for_people ? Lines::People : Lines::Json;
    }
};

void addSaying(CLI::App* app, Given& given) {
    std::vector<std::string> names;
    for (const auto& row : troubleTable()) names.emplace_back(row.name);
    app->add_option("--cases", given.run.options.cases, "Tickets 工单数")->capture_default_str()->check(CLI::Range(0, 100000));
    app->add_option("--first-no", given.run.options.first_no, "Serial of the first 起始流水号")->capture_default_str()->check(CLI::Range(1, 999'000));
    app->add_option("--clock-skew-s", given.run.options.skew_s, "Its clock runs ahead 时钟超前秒数")->capture_default_str();
    app->add_option("--trouble", given.troubles, "Several, in this order 故障,依次施加")->check(CLI::IsMember(names));
    app->add_flag("--lines", given.for_people, "A line for people instead of JSON 输出给人看");
}

void addCalling(CLI::App* app, Given& given, const std::string& shape) {
    given.call.path = shape == "110" ? "/deal12345/" : shape == "12315" ? "/channels/zz-12315/" : "/ThirdService2.asmx";
    app->add_option("--gateway", given.call.caller.base_url, "https://host:port of the gateway's channels 网关渠道监听地址");
    app->add_option("--path", given.call.path, "Path before the message's own; of a SOAP service: all of it 路径")->capture_default_str();
    app->add_option("--ca", given.call.caller.ca_pem, "Authority of the gateway's certificate, PEM");
    app->add_option("--cert", given.call.caller.certificate_pem, "Client certificate, PEM");
    app->add_option("--key", given.call.caller.key_pem, "Its private key, PEM");
    app->add_option("--header", given.call.headers, "NAME: VALUE, several times 附加请求头");
    app->add_option("--tries", given.call.caller.tries_max, "Of one call 每次调用的尝试次数")->capture_default_str()->check(CLI::Range(1, 100));
    app->add_flag("--print", given.call.print, "Print the messages instead of calling 仅打印报文");
    if (shape == "third") app->add_option("--session", given.call.session, "Constant SessionID 固定会话号");
    if (shape == "12315") app->add_option("--ticket", given.run.options.tickets, "Fill back into these tickets 回填到这些工单");
}

void addDropping(CLI::App* app, Given& given) {
    const std::map<std::string, Writing> ways{
        {"at-once", Writing::AtOnce}, {"renamed", Writing::Renamed}, {"in-halves", Writing::InHalves}, {"half", Writing::Half}};
    app->add_option("--into", given.drop.folder, "Folder 目录")->required();
    app->add_option("--name", given.drop.name, "Under this name 目标文件名");
    app->add_option("--writing", given.drop.writing, "at-once, renamed, in-halves, half 写入方式")->transform(CLI::CheckedTransformer(ways));
    app->add_option("--pause-ms", given.drop.pause_ms, "Between the halves 两半之间的间隔")->capture_default_str();
    app->add_flag("--finished", given.run.options.finished, "Every case has come to its end, not the odd ones alone 全部办结");
    app->add_option("--marker", given.drop.marker, "Empty file that follows it, e.g. BJ_1.ok 结束标志文件");
}

void addServing(CLI::App* app, Given& given) {
    given.serve.listen.tls.emplace();
    app->add_option("--host", given.serve.listen.host, "Listen on 监听")->capture_default_str();
    app->add_option("--port", given.serve.listen.port, "0: any 端口")->capture_default_str();
    app->add_option("--port-file", given.serve.port_file, "Where the port is written 端口文件");
    app->add_option("--cert", given.serve.listen.tls->certificate_pem, "Server certificate, PEM")->required();
    app->add_option("--key", given.serve.listen.tls->key_pem, "Its private key, PEM")->required();
    app->add_option("--app-key", given.serve.app_key, "What X-App-Key must hold 应用密钥")->required();
    app->add_option("--data", given.serve.data, "SQLite file of what came home 回复登记")->required();
    app->add_option("--results-folder", given.serve.results_folders, "Where districts find results, several times 区县回复目录");
    app->add_option("--connection", given.serve.connection, "ODBC, of the shared database 中间库连接串");
    app->add_option("--lose-answers", given.serve.answers_lost, "Keep the first N results over HTTP and answer nobody 前 N 条结果收下而不应答")->capture_default_str();
}

int dropFile(Given& given) {
    const auto file = stage::readFile(given.file);
    if (!file.ok) throw std::runtime_error("can't read " + given.file);
    if (given.drop.name.empty()) given.drop.name = given.file.substr(given.file.rfind('/') + 1);
    return drop(given.drop, file.text) ? stage::kDone : stage::kFailed;
}

void addShape(CLI::App& top, const Shape& shape, Given& given, int& code) {
    const std::string name = shape.name;
    auto* app = top.add_subcommand(name == "board" ? "serve" : name, std::string(shape.zh) + (name == "board" ? ";各来源收取办理结果" : ""));
    addSaying(app, given);
    if (name == "board") {
        addServing(app, given);
        app->callback([&given, &code] {
            stage::blockStopSignals();
            given.settle(given.serve, "board");
            code = serve(given.serve);
        });
    } else if (name == "exchange") {
        app->add_option("--connection", given.connection, "ODBC 连接串")->required();
        app->callback([&given, &code] {
            given.settle(given.run, "exchange");
            code = writeRows(given.run, given.connection);
        });
    } else if (*shape.extension != '\0') {
        addDropping(app, given);
        app->callback([&given, &code, &shape] {
            given.settle(given.run, shape.name);
            if (given.drop.name.empty()) given.drop.name = shape.stem + digits(given.run.options.first_no, 6) + shape.extension;
            code = leaveFile(given.run, given.drop);
        });
    } else {
        addCalling(app, given, name);
        app->callback([&given, &code, &shape] {
            given.settle(given.call, shape.name);
            code = call(given.call);
        });
    }
}

int run(int argc, char** argv) {
    CLI::App top{kHelp, "sources-sim"};
    top.require_subcommand(1);
    int code = stage::kDone;
    std::vector<std::unique_ptr<Given>> all;
    for (const Shape& shape : shapeTable()) addShape(top, shape, *all.emplace_back(std::make_unique<Given>()), code);
    Given& dropping = *all.emplace_back(std::make_unique<Given>());
    auto* app = top.add_subcommand("drop", "Leave a file as it is in a folder 投放文件");
    app->add_option("file", dropping.file, "The file 文件")->required();
    addDropping(app, dropping);
    app->callback([&] { code = dropFile(dropping); });
    try {
        top.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return top.exit(error) == 0 ? stage::kDone : stage::kUsage;
    }
    return code;
}

}  // namespace
}  // namespace yht::sources_sim

int main(int argc, char** argv) {
    try {
        return yht::sources_sim::run(argc, argv);
    } catch (const std::exception& fault) {
        std::cerr << "sources-sim: " << fault.what() << '\n';
        return yht::stage::kCannotStart;
    }
}
