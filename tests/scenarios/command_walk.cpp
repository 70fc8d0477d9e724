#include "tests/scenarios/command_walk.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "gateway/json/json.h"

namespace yht::scenarios {
namespace {

const std::string kProgram = YHT_BINARY_DIR "/bin/yht";
constexpr int kUsage = 64;
constexpr const char* kCertificatesOnly = "reads and writes certificates and keys; opens no ledger";

std::vector<std::string> split(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

bool hasWord(const std::string& words, const std::string& wanted) { return (" " + words + " ").find(" " + wanted + " ") != std::string::npos; }

/// One JSON value, or one a line.
bool isJson(const std::string& text) {
    if (json::parse(text, {.values_max = 10'000'000}).ok()) return true;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!json::parse(line).ok()) return false;
    }
    return true;
}

rapidjson::Document listed(MarkedWorld& world, const std::vector<std::string>& words) {
    auto document = json::parse(world.federation.yht(words).output);
    EXPECT_TRUE(document.ok());
    return document.ok() ? *std::move(document) : rapidjson::Document(rapidjson::kArrayType);
}

/// The entry of a record that the province refused.
std::string deadEntry(MarkedWorld& world) {
    const auto all = listed(world, {"deliveries", "--json"});
    for (const auto& one : all.GetArray()) {
        const auto& letters = one["dead_letters"];
        if (json::textMember(one, "destination") == "province" && !letters.Empty()) return json::textMember(letters[0], "seq");
    }
    ADD_FAILURE() << "nothing is dead";
    return "1";
}

}  // namespace

std::map<std::string, std::string> commandTree(const std::string& completion_script) {
    std::map<std::string, std::string> tree;
    std::istringstream lines(completion_script);
    for (std::string line; std::getline(lines, line);) {
        const std::string begin = "        'yht ", middle = "') words='";
        const auto at = line.find(middle);
        if (!line.starts_with(begin) || at == std::string::npos) continue;
        const auto from = at + middle.size();
        tree[line.substr(begin.size(), at - begin.size())] = line.substr(from, line.rfind("' ;;") - from);
    }
    return tree;
}

std::string runBothWays(MarkedWorld& world, const std::string& path, const std::string& words, const std::vector<std::string>& line) {
    std::string shown;
    const std::string errors = world.federation.directory() + "/command.err";
    EXPECT_TRUE(hasWord(words, "--json")) << path << ": what is run here answers, and machines read it too";
    for (const bool json : {false, true}) {
        std::vector<std::string> command{kProgram};
        for (const auto& word : split(path)) command.push_back(word);
        command.insert(command.end(), line.begin(), line.end());
        if (hasWord(words, "--config")) command.insert(command.end(), {"--config", world.federation.deployment()});
        if (json) command.push_back("--json");
        std::ofstream(errors, std::ios::trunc).flush();
        const auto finished = runToEnd(command, errors);
        const std::string said = finished.output + "\n" + world.read(errors) + "\n";
        // A line that the program does not understand shows nothing: it would be walked in vain.
        EXPECT_NE(kUsage, finished.exit_code) << path << "\n" << said;
        if (json) {
            EXPECT_TRUE(isJson(finished.output)) << path << "\n" << finished.output;
        }
        shown += said;
    }
    return shown;
}

std::vector<CommandRow> commandsOf(MarkedWorld& world) {
    Federation& federation = world.federation;
    const std::string deployment = federation.deployment(), dead = deadEntry(world), open = world.ticketOf("open"), secret = world.ticketOf("secret");
    const std::string file = federation.directory() + "/marked.json", mapped = federation.directory() + "/mapped.json", list = federation.directory() + "/list.csv";
    std::ofstream(file, std::ios::binary) << world.sampleMessage();
    std::ofstream(mapped, std::ios::binary) << world.mappedMessage();
    std::ofstream(list, std::ios::binary) << "native,canonical\n咨询,1\n";
    const auto waiting = listed(world, {"quarantine", "list", "--limit", "1000", "--json"});
    EXPECT_LT(3u, waiting.Size());
    const auto item = [&](rapidjson::SizeType i) { return json::textMember(waiting[i], "id"); };
    const std::vector<std::string> why{"--why", "scenario"};
    const auto with = [&](std::vector<std::string> line) {
        line.insert(line.end(), why.begin(), why.end());
        return line;
    };
    const std::vector<std::string> from{"-d", deployment};
    const auto adapter = [&](std::vector<std::string> line) {
        line.insert(line.end(), from.begin(), from.end());
        return line;
    };
    std::vector<std::vector<std::string>> show_items;
    for (rapidjson::SizeType i = 0; i < waiting.Size(); ++i) show_items.push_back({item(i)});
    std::vector<std::vector<std::string>> show_fields;
    for (const char* field : {"caller_name", "contact_phone", "id_number", "caller_email", "content", "address", "appeal_type"}) {
        show_fields.push_back({world.ticketOf("pulled"), "--why", field});
        show_fields.push_back({world.ticketOf("pulled_secret"), "--why", field});
    }
    for (const char* tag : {"open", "secret", "soap", "pulled", "pulled_secret", "echo"}) show_fields.push_back({world.ticketOf(tag)});
    return {
        {"serve", {}, "runs already; what it says is walked as the gateway log"},
        {"ledger show", show_fields},
        {"ledger verify", {{}}},
        {"ledger follow", {{"--idle-s", "1"}}},
        {"ledger checkpoint", {{}}},
        {"tickets", {{}, {"--unsettled"}}},
        {"status", {{}}},
        {"deliveries", {{}}},
        {"deliveries list", {{}, {"province", "--state", "dead"}, {"--state", "held"}, {"--state", "unknown"}, {"echo", "--state", "ready"}, {"echo", "--state", "dead"}}},
        {"deliveries show", {{"province", dead}}},
        {"deliveries retry", {with({"province", dead}), with({"province", "999999"})}},
        {"deliveries taken", {with({"province", "999999"})}},
        {"deliveries discard", {with({"province", "999999"})}},
        {"partner report", {{"hotline-12315"}}},
        {"quarantine list", {{}, {"--by-reason"}, {"--state", "all", "--limit", "1000"}}},
        {"quarantine show", show_items},
        {"quarantine fix", {with({item(0), "--set", "TYPE=" + world.of("waiting")["name"]}), with({item(0), "--set", world.of("waiting")["mobile"] + "=投诉"})}},
        {"quarantine replay", {with({item(1)}), with({"--source", "zz-marked"})}},
        {"quarantine discard", {with({item(2)}), with({item(2)})}},
        {"tickets correct", {with({open, "--set", "urgency=" + world.of("refused")["name"]}), with({open, "--set", world.of("refused")["mobile"] + "=1"}), with({open, "--set", "urgency=2"})}},
        {"attachments list", {{}}},
        {"attachments unnamed", {{}}},
        {"attachments retry", {with({"999"})}},
        {"attachments discard", {with({"999"})}},
        {"sources list", {{}}},
        {"sources show", {{"zz-marked"}}},
        {"sources pause", {with({"zz-marked"})}},
        {"sources resume", {with({"zz-marked"})}},
        {"history list", {{}}},
        {"history import", {with({"zz-marked", file})}},
        {"history release", {with({"zz-marked", "--from", "2018-01-01", "--to", "2018-01-02"})}},
        {"approvals list", {{}}},
        {"approvals approve", {with({"999"})}},
        {"approvals refuse", {with({"999"})}},
        {"adapters list", {from}},
        {"adapters show", {adapter({"zz-marked"})}},
        {"adapters lint", {adapter({"zz-marked"})}},
        {"adapters try", {adapter({"zz-marked", file, "--dry-run"}), adapter({"zz-marked", "--live", "--dry-run"})}},
        {"adapters record", {adapter({"zz-marked", file, "--case", "two"}), adapter({"zz-marked", mapped, "--case", "one"}), adapter({"zz-marked", "--quarantine", item(3)})}},
        {"adapters test", {adapter({"zz-marked"}), adapter({"zz-marked", "--accept"})}},
        {"adapters review", {adapter({"zz-marked", "one", "--by", "李工"})}},
        {"adapters coverage", {adapter({"zz-marked"}), adapter({"zz-marked", file})}},
        {"adapters new", {{"zz-drafted", "--from", file, "-d", federation.directory() + "/drafted"}}},
        {"adapters table", {{list, "--native", "native", "--canonical", "canonical"}}},
        {"adapters shadow start", {{"zz-marked", "--from", world.otherVersion()}}, "", [&world] { world.speakUnderShadow(); }},
        {"adapters replay", {{"zz-marked", "--from", "2026-01-01", "-d", world.otherVersion()}}},
        {"adapters shadow show", {{"zz-marked"}}},
        {"adapters shadow stop", {{"zz-marked"}}},
        {"adapters grade", {adapter({"zz-marked"})}},
        {"adapters apply", {with({"zz-marked"})}},
        {"certs list", {{}}},
        {"certs what-if", {{"--on", "2030-01-01"}}},
        {"certs profiles", {{}}},
        {"certs show", {{deployment + "/gateway.pem"}}},
        {"certs issue", {}, kCertificatesOnly},
        {"certs renew", {}, kCertificatesOnly},
        {"certs revoke", {}, kCertificatesOnly},
        {"certs request", {}, kCertificatesOnly},
        {"certs import", {}, kCertificatesOnly},
        {"certs export", {}, kCertificatesOnly},
        {"certs authority create", {}, kCertificatesOnly},
        {"certs authority activate", {}, kCertificatesOnly},
        {"certs authority show", {}, kCertificatesOnly},
        {"certs crl publish", {}, kCertificatesOnly},
        {"certs check", {}, kCertificatesOnly},
        {"certs activate", {}, kCertificatesOnly},
        {"certs rollback", {}, kCertificatesOnly},
        {"schema json", {{}}},
        {"schema docs", {{}}},
        {"schema spec", {{}}},
        {"schema openapi", {{}}},
        {"schema xsd", {{}}},
        {"schema wsdl", {{}}},
        {"schema codes", {{}, {"channel"}}},
        {"config reference", {{}}},
        {"config check", {{}}},
        {"config diff", {{}}},
        {"config apply", {why}},
        {"reload", {why}},
        {"clock confirm", {why}},
        {"errors", {{}}},
        {"completion", {{}}},
        {"man", {{}}},
        {"ledger archive", {with({"--before", "2026-01"})}},
        {"ledger backup", {{"--out", federation.directory() + "/backup.db"}}},
        {"ledger honour", {with({"--receipt", file, "--record", file})}},
        {"ledger rebuild", {{}}},
        {"ledger reopen", {why}},
        {"ledger restore", {{"--from", federation.directory() + "/backup.db"}}},
        {"ledger rekey", {why}},
        {"tickets find", {with({"--phone", world.of("open")["mobile"]})}},
        {"certs journal", {}, kCertificatesOnly},
        {"ledger export", {}, "uncovers: the test runs it as evidence and as leaves"},
        {"ledger erase", {with({secret})}},
    };
}

}  // namespace yht::scenarios
