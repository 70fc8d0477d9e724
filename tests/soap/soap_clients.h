// A federation whose SOAP partner and SOAP answers have RSA keys, and the clients before it. Uses: scenarios. Used by: this
// folder's tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/scenarios/federation.h"
#include "tests/scenarios/samples.h"
#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {

inline const std::string kClients = std::string(YHT_SOURCE_DIR) + "/schemas/examples/clients/";
inline constexpr std::size_t kMtomBytes = 2U << 20;  // more than may stand inline

class SoapClients : public testing::Test {
protected:
    SoapClients() {
        // Neither toolkit has ECDSA as XML Signature has it.
        EXPECT_EQ(0, runToEnd({std::string(YHT_SOURCE_DIR) + "/tools/dev-pki", pki(""), "hotline-rsa", "gateway-rsa"}, log()).exit_code);
        for (const char* name : {"hotline-rsa.pem", "gateway-rsa.pem", "gateway-rsa.key"}) {
            std::filesystem::copy(pki(name), federation.deployment() + "/" + name);
        }
        replaceInDeployment(federation, "partners.yaml", "{file: hotline-12315.pem}",
                            "{file: hotline-12315.pem}, {file: hotline-rsa.pem, algorithm: rsa-v1_5-sha256}");
        replaceInDeployment(federation, "yht.yaml", "  private_key: gateway.key\nledger:",
                            "  private_key: gateway.key\n  soap_certificate: gateway-rsa.pem\n"
                            "  soap_private_key: gateway-rsa.key\nledger:");
    }

    std::string pki(const std::string& name) const { return federation.directory() + "/pki/" + name; }
    std::string url() const { return "https://localhost:" + std::to_string(federation.gatewayPort()); }
    std::string log() const { return federation.directory() + "/clients.log"; }
    std::string file(const std::string& name, const std::string& content) const {
        const std::string path = federation.directory() + "/" + name;
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }
    std::string photo() const { return file("photo.png", "\x89PNG\r\n\x1A\n" + std::string(kMtomBytes, 'p')); }

    /// `program` and its first words; the answers of a gateway that is known by `known_as`.
    Finished call(std::vector<std::string> program, std::vector<std::string> words, const std::string& known_as = "gateway-rsa.pem") const {
        program.insert(program.end(), {pki("hotline-rsa"), url() + "/soap/v1", pki(known_as)});
        program.insert(program.end(), words.begin(), words.end());
        return runToEnd(program, log());
    }
    Finished gsoap(std::vector<std::string> words, const std::string& known_as = "gateway-rsa.pem") const {
        return call({YHT_GSOAP_CLIENT}, std::move(words), known_as);
    }
    /// Packages are looked for beside the program.
    Finished node(std::vector<std::string> words, const std::string& known_as = "gateway-rsa.pem") const {
        const std::filesystem::path folder = federation.directory() + "/node";
        if (std::filesystem::create_directory(folder)) {
            std::filesystem::copy_file(kClients + "soap_client.mjs", folder / "soap_client.mjs");
            std::filesystem::create_symlink(std::string(YHT_SOURCE_DIR) + "/tests/soap/node_modules", folder / "node_modules");
        }
        return call({YHT_NODE, folder / "soap_client.mjs"}, std::move(words), known_as);
    }

    static std::string valueOf(const std::string& output, const std::string& name) {
        std::istringstream lines(output);
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with(name + "=")) return line.substr(name.size() + 1);
        }
        return "";
    }
    static std::size_t countOf(const std::string& text, const std::string& wanted) {
        std::size_t count = 0;
        for (auto at = text.find(wanted); at != text.npos; at = text.find(wanted, at + wanted.size())) ++count;
        return count;
    }
    /// The centre assigns the ticket, so that its hotline has something to hear of.
    void assign(const std::string& ticket_no) {
        auto centre = federation.partner("centre");
        EXPECT_EQ(201, centre.post("/v1/records", assignment("zz-12345", "PD-" + ticket_no, {{"ticket_no", ticket_no}})).status);
    }
    void expectStored(const std::string& digest) {
        const auto stored = federation.partner("hotline-12315").get("/v1/attachments/" + digest);
        EXPECT_EQ(200, stored.status);
        EXPECT_EQ(8 + kMtomBytes, stored.body.size());
    }

    Federation federation;
};

}  // namespace yht::scenarios
