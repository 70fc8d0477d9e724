// sources-sim: plays sources in their own formats over their own ways. `sources-sim --help`.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "tools/sources-sim/caller.h"
#include "tools/sources-sim/drop.h"
#include "tools/sources-sim/trouble.h"
#include "tools/stage/json_text.h"
#include "tools/stage/process.h"

namespace yht::sources_sim {
namespace {

constexpr const char* kHelp =
    "Plays the sources that hand in their own formats 模拟以自有格式报送的来源\n"
    "Exit codes 退出码: 0 every call was answered as its source understands \"done\", 4 one was not, 2 usage, 3 cannot start";

struct Given {
    CallerOptions caller;
    ShapeOptions shape;
    std::vector<std::string> headers, troubles;
    std::string prefix;
    std::string file, folder, name;
    Writing writing = Writing::AtOnce;
    std::int64_t pause_ms = 2000;
    bool print = false;
};

/// One line a call: {"message","ref","tries","status","done","reply"}.
void tell(const Message& message, const Heard& heard) {
    rapidjson::StringBuffer buffer;
    stage::JsonWriter out(buffer);
    const auto text = [&](const char* key, const std::string& value) {
        out.Key(key);
        out.String(value);
    };
    out.StartObject();
    text("message", message.name);
    text("ref", message.ref);
    out.Key("tries");
    out.Int(heard.tries);
    out.Key("status");
    out.Int(heard.status);
    out.Key("done");
    out.Bool(heard.done);
    text("reply", heard.status == 0 ? heard.detail : heard.reply);
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

int callAll(Given& given, std::vector<Message> messages, const std::function<std::string(const Message&)>& path) {
    for (const std::string& name : given.troubles) messages = troubled(std::move(messages), *findTrouble(name));
    if (given.print) {
        for (const Message& each : messages) std::cout << each.body << '\n';
        return stage::kDone;
    }
    for (const std::string& header : given.headers) {
        const std::size_t colon = header.find(':');
        if (colon == header.npos) throw std::runtime_error("--header is NAME: VALUE");
        const std::size_t value = header.find_first_not_of(' ', colon + 1);
        given.caller.headers.emplace_back(header.substr(0, colon), value == header.npos ? "" : header.substr(value));
    }
    Caller caller(given.caller);
    bool all_done = true;
    for (const Message& each : messages) {
        const Heard heard = caller.call(path(each), each.body);
        tell(each, heard);
        all_done = all_done && heard.done;
    }
    return all_done ? stage::kDone : stage::kFailed;
}

void addCalling(CLI::App* app, Given& given, const char* prefix) {
    given.prefix = prefix;
    std::vector<std::string> names;
    for (const auto& row : troubleTable()) names.emplace_back(row.name);
    app->add_option("--gateway", given.caller.base_url, "https://host:port of the gateway's channels 网关渠道监听地址");
    app->add_option("--path", given.prefix, "Path before the message's own 路径前缀")->capture_default_str();
    app->add_option("--ca", given.caller.ca_pem, "Authority of the gateway's certificate, PEM");
    app->add_option("--cert", given.caller.certificate_pem, "Client certificate, PEM");
    app->add_option("--key", given.caller.key_pem, "Its private key, PEM");
    app->add_option("--header", given.headers, "NAME: VALUE, several times 附加请求头");
    app->add_option("--cases", given.shape.cases, "Tickets 工单数")->capture_default_str()->check(CLI::Range(0, 100000));
    app->add_option("--first-no", given.shape.first_no, "Serial of the first 起始流水号")->capture_default_str();
    app->add_option("--clock-skew-s", given.shape.skew_s, "Its clock runs ahead 时钟超前秒数")->capture_default_str();
    app->add_option("--trouble", given.troubles, "In this order 故障,依次施加")->check(CLI::IsMember(names));
    app->add_option("--tries", given.caller.tries_max, "Of one call 每次调用的尝试次数")->capture_default_str()->check(CLI::Range(1, 100));
    app->add_flag("--print", given.print, "Print the messages instead of calling 仅打印报文");
}

int run(int argc, char** argv) {
    CLI::App top{kHelp, "sources-sim"};
    top.require_subcommand(1);
    Given police, market, dropping;
    int code = stage::kDone;
    auto* first = top.add_subcommand("110", "Flat JSON with pinyin initials to its own paths 110 接处警推送");
    addCalling(first, police, "/deal12345/");
    first->callback([&] {
        code = callAll(police, messagesOf110(police.shape), [&](const Message& each) { return police.prefix + each.name; });
    });
    auto* second = top.add_subcommand("12315", "One call a step 12315 逐步回填");
    addCalling(second, market, "/backfill/");
    second->callback([&] {
        code = callAll(market, messagesOf12315(market.shape), [&](const Message& each) { return market.prefix + each.name; });
    });
    auto* third = top.add_subcommand("drop", "Leave a file in a folder 投放文件");
    third->add_option("file", dropping.file, "The file 文件")->required();
    third->add_option("--into", dropping.folder, "Folder 目录")->required();
    third->add_option("--name", dropping.name, "Under this name 目标文件名");
    third->add_option("--pause-ms", dropping.pause_ms, "Between the halves 两半之间的间隔")->capture_default_str();
    const std::map<std::string, Writing> ways{
        {"at-once", Writing::AtOnce}, {"renamed", Writing::Renamed}, {"in-halves", Writing::InHalves}};
    third->add_option("--writing", dropping.writing, "at-once, renamed, in-halves 写入方式")->transform(CLI::CheckedTransformer(ways));
    third->callback([&] {
        const auto file = stage::readFile(dropping.file);
        if (!file.ok) throw std::runtime_error("can't read " + dropping.file);
        const std::string own_name = dropping.file.substr(dropping.file.rfind('/') + 1);
        const std::string& name = dropping.name.empty() ? own_name : dropping.name;
        code = drop(dropping.folder, name, file.text, dropping.writing, dropping.pause_ms) ? stage::kDone : stage::kFailed;
    });
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
