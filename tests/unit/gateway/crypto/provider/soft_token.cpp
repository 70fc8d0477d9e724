#include "tests/unit/gateway/crypto/provider/soft_token.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "tests/support/pki.h"
#include "tools/stage/child.h"

namespace yht::test {
namespace {

constexpr const char* kPin = "24680135";

void runTool(std::vector<std::string> words, const std::string& log) {
    words.insert(words.begin(), {"/usr/bin/env", "softhsm2-util"});
    if (stage::runToEnd(words, log).exit_code != 0) throw std::runtime_error("softhsm2-util: " + readFile(log));
}

}  // namespace

const char* SoftToken::modulePath() {
    return "/usr/lib/softhsm/libsofthsm2.so";
}

SoftToken::SoftToken(const std::string& label) : label_(label) {
    char name[] = "/tmp/yht-token-XXXXXX";
    directory_ = ::mkdtemp(name);
    std::filesystem::create_directory(directory_ + "/tokens");
    writeFile(
        directory_ + "/softhsm2.conf",
        "directories.tokendir = " + directory_ + "/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    );
    writeFile(directory_ + "/pin", std::string(kPin) + "\n");
    ::chmod((directory_ + "/pin").c_str(), 0600);
    ::setenv("SOFTHSM2_CONF", (directory_ + "/softhsm2.conf").c_str(), 1);
    runTool({"--init-token", "--free", "--label", label, "--so-pin", "13572468", "--pin", kPin},
            directory_ + "/init.log");
}

SoftToken::~SoftToken() {
    std::error_code ignored;  // nothing can be done about it here
    std::filesystem::remove_all(directory_, ignored);
}

void SoftToken::import(const std::string& pem_file, const std::string& label, const std::string& id) const {
    runTool({"--import", pem_file, "--token", label_, "--label", label, "--id", id, "--pin", kPin},
            directory_ + "/import.log");
}

std::string SoftToken::reference(const std::string& object, const std::string& pin_source) const {
    return "pkcs11:token=" + label_ + ";object=" + object + "?module-path=" + modulePath() +
           (pin_source.empty() ? "" : "&pin-source=" + pin_source);
}

}  // namespace yht::test
