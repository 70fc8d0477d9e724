// A deployment directory with a real ledger, and `yht` called on it as an operator would.
//   openLedger()                 the ledger as its writer; reset it before calling yht()
//   yht({"deliveries", "list"})  exit code; what it said is in `out` and `err`
// Uses: app, test_support. Used by: the tests of this folder.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gateway/app/command_line.h"
#include "gateway/app/deployment.h"
#include "tests/support/pki.h"

namespace yht::app {

class DeploymentFixture : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/yht-deployment-XXXXXX";
        ASSERT_NE(nullptr, ::mkdtemp(name));
        directory = name;
        std::filesystem::create_directory(directory + "/data");
        const auto gateway = test::sharedPki().gateway();
        write("gateway.pem", gateway.certificatePem());
        write("gateway.key", gateway.privateKeyPem());
        write("root.pem", read(gateway.ca));
        write("log.key", test::sharedPki().issue({.name = "log", .key = test::KeyKind::Ed25519}).privateKeyPem());
        write("kek.hex", std::string(64, 'a'));
        for (const char* secret : {"/gateway.key", "/log.key", "/kek.hex"}) ::chmod((directory + secret).c_str(), 0600);
        write("yht.yaml", kConfig);
        write("routes.yaml", kRoutes);
        write("destinations.yaml", kDestinations);
    }
    void TearDown() override { std::filesystem::remove_all(directory); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(directory + "/" + name, std::ios::binary) << text;
    }
    static std::string read(const std::string& path) { return readFile(path).value(); }

    std::unique_ptr<ledger::SqliteStore> openLedger() {
        auto config = Config::load(directory);
        EXPECT_TRUE(config.ok()) << base::describe(config.error());
        auto options = storeOptions(*config, clock, random, false);
        EXPECT_TRUE(options.ok()) << base::describe(options.error());
        auto store = ledger::SqliteStore::open(*std::move(options));
        EXPECT_TRUE(store.ok()) << base::describe(store.error());
        return *std::move(store);
    }

    int yht(std::vector<std::string> words) {
        words.insert(words.end(), {"--config", directory});
        return yhtWithout(std::move(words));
    }
    /// The same without --config.
    int yhtWithout(std::vector<std::string> words) {
        words.insert(words.begin(), "yht");
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        const int code = runCommandLine(static_cast<int>(argv.size()), argv.data(),
                                        [](const std::string&) { return kExitOk; });
        out = testing::internal::GetCapturedStdout();
        err = testing::internal::GetCapturedStderr();
        return code;
    }

    std::string directory, out, err;
    base::SystemClock clock;
    base::SystemRandom random;

private:
    static constexpr const char* kConfig =
        "partner:\n  public_base_urls: [\"https://localhost:8443\"]\n  certificate: gateway.pem\n"
        "  private_key: gateway.key\n  client_ca: root.pem\n"
        "signing:\n  certificate: gateway.pem\n  private_key: gateway.key\n"
        "ledger:\n  directory: data\n  origin: yht.example/430200/1\n  log_key_name: yht.example\n"
        "  log_key: log.key\n  kek: kek.hex\n";
    static constexpr const char* kRoutes =
        "destinations:\n  centre: {party: centre-zz}\nroutes:\n  - {destination: centre}\n";
    static constexpr const char* kDestinations =
        "destinations:\n  - id: centre\n    protocol: native\n    url: https://127.0.0.1:1/deliveries\n"
        "    certificate: gateway.pem\n    private_key: gateway.key\n    peer_ca: root.pem\n"
        "    peer_certificate: gateway.pem\n";
};

}  // namespace yht::app
