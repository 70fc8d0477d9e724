#include <algorithm>
#include <iostream>

#include "gateway/app/certs_files.h"
#include "gateway/app/command_line.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/crypto/certificate_chain.h"

namespace yht::app {
namespace {

using crypto::FindingCode;
using crypto::refusal;

void write(json::Writer& out, const crypto::RevocationList& crl) {
    out.StartObject();
    jsonText(out, "issuer", crl.issuer());
    jsonText(out, "number", crl.numberHex());
    jsonText(out, "this_update", base::formatRfc3339(crl.thisUpdateMillis()));
    jsonText(out, "next_update", base::formatRfc3339(crl.nextUpdateMillis()));
    out.Key("revoked");
    out.StartArray();
    for (const auto& one : crl.entries()) {
        out.StartObject();
        jsonText(out, "serial", one.serial_hex);
        jsonText(out, "revoked_at", base::formatRfc3339(one.revoked_ms));
        jsonText(out, "reason", crypto::reasonName(one.reason));
        out.EndObject();
    }
    out.EndArray();
    out.EndObject();
}

void print(const crypto::RevocationList& crl) {
    std::cout << "CRL  " << printable(crl.issuer()) << "\n  编号 number      " << crl.numberHex() << "\n  更新 update      "
              << dayText(crl.thisUpdateMillis()) << " … " << dayText(crl.nextUpdateMillis())
              << "\n  吊销 revoked     " << crl.entryCount() << '\n';
    for (const auto& one : crl.entries()) {
        std::cout << "    " << one.serial_hex << "  " << dayText(one.revoked_ms) << "  " << crypto::reasonName(one.reason) << ' '
                  << crypto::reasonChinese(one.reason) << '\n';
    }
}

/// A request, where the file is one.
std::optional<base::Result<crypto::RequestFacts>> asRequest(const std::string& path) {
    auto content = base::readBounded(path, crypto::kCertificateBytesMax);
    if (!content.ok() || content->find("CERTIFICATE REQUEST-----") == std::string::npos) return std::nullopt;
    return crypto::readRequest(*content);
}

int tellRequest(const CertsLine& line, const crypto::RequestFacts& request) {
    std::vector<std::string> names;
    for (const auto& name : request.names) names.push_back(std::string(crypto::nameTypeName(name.type)) + ":" + name.text);
    if (line.json) {
        rapidjson::StringBuffer buffer;
        json::Writer out(buffer);
        out.StartObject();
        out.Key("request");
        out.StartObject();
        jsonText(out, "subject", request.subject);
        jsonText(out, "key", request.key.text);
        json::writeTexts(out, "names", names);
        json::writeTexts(out, "extended_key_usage", request.extended_key_usage);
        out.EndObject();
        out.EndObject();
        std::cout << buffer.GetString() << '\n';
        return kExitOk;
    }
    std::cout << "申请 request  " << printable(request.subject) << "\n  密钥 key         " << request.key.text
              << (request.key.weak() ? "  弱 WEAK" : "") << "\n  名称 names      ";
    for (const auto& name : names) std::cout << ' ' << printable(name);
    std::cout << '\n';
    return kExitOk;
}

void writeBundle(const crypto::Bundle& bundle) {
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartObject();
    jsonText(out, "form", crypto::bundleFormName(bundle.form));
    out.Key("certificates");
    out.StartArray();
    for (const auto& one : bundle.certificates) writeCertificate(out, one);
    out.EndArray();
    std::vector<std::string> kinds;
    for (const auto& key : bundle.keys) kinds.emplace_back(crypto::keyKindName(key.kind()));
    json::writeTexts(out, "private_keys", kinds);
    out.Key("crls");
    out.StartArray();
    for (const auto& one : bundle.crls) write(out, one);
    out.EndArray();
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

std::optional<crypto::CertificatePurpose> purposeNamed(const std::string& name) {
    for (const auto purpose :
         {crypto::CertificatePurpose::Any, crypto::CertificatePurpose::TlsServer, crypto::CertificatePurpose::TlsClient,
          crypto::CertificatePurpose::Signing, crypto::CertificatePurpose::Ca}) {
        if (name == crypto::purposeName(purpose)) return purpose;
    }
    return std::nullopt;
}

/// Everything that --certificate, --chain and --ca have brought.
struct Brought {
    crypto::Bundle bundle;
    std::vector<base::Bytes> anchors;
};

base::Result<Brought> bring(const CertsLine& line) {
    auto passphrase = readPassphrase(line.passphrase_file);
    if (!passphrase) return std::move(passphrase).error();
    Brought brought;
    for (const auto& file : line.files) {
        auto bundle = readBundleFile(file, *passphrase);
        if (!bundle) return std::move(bundle).error();
        for (auto& one : bundle->certificates) brought.bundle.certificates.push_back(std::move(one));
        for (auto& one : bundle->keys) brought.bundle.keys.push_back(std::move(one));
        for (auto& one : bundle->crls) brought.bundle.crls.push_back(std::move(one));
    }
    if (line.ca.empty()) return brought;
    auto roots = readBundleFile(line.ca);
    if (!roots) return std::move(roots).error();
    for (const auto& one : roots->certificates) brought.anchors.push_back(one.der);
    return brought;
}

base::Result<crypto::KeyMaterial> keyOf(const CertsLine& line, const Brought& brought) {
    if (!line.key.empty()) {
        auto passphrase = readPassphrase(line.passphrase_file);
        if (!passphrase) return std::move(passphrase).error();
        return readKeyFile(line.key, *passphrase);
    }
    if (brought.bundle.keys.empty()) return refusal(FindingCode::KeyMissing, line.files.front(), "--key");
    if (brought.bundle.keys.size() > 1) return refusal(FindingCode::KeyAmbiguous, line.files.front());
    return brought.bundle.keys.front();
}

crypto::ChainQuestion questionOf(const CertsLine& line, const Brought& brought, base::UnixMillis now_ms) {
    crypto::ChainQuestion question{
        .anchors = brought.anchors,
        .at_ms = now_ms,
        .purpose = purposeNamed(line.purpose).value_or(crypto::CertificatePurpose::Any),
        .revocation = crypto::RevocationCheck::WhereThere,
        .own_kinds = true};
    if (!line.host.empty()) question.hosts.push_back(line.host);
    for (const auto& one : brought.bundle.certificates) question.others.push_back(one.der);
    question.crls = brought.bundle.crls;
    return question;
}

void tellExported(const CertsLine& line, std::size_t certificates, bool secret) {
    if (!line.json) {
        std::cout << "已写入 written: " << line.out << (secret ? " (600)" : "") << '\n';
        return;
    }
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartObject();
    jsonText(out, "file", line.out);
    jsonText(out, "format", line.format);
    json::writeNumber(out, "certificates", certificates);
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

}  // namespace

int requestCertificate(const CertsLine& line) {
    auto profiles = certs::Profiles::load(line.profiles);
    if (!profiles) return reportRefusal(profiles.error());
    auto profile = profiles->find(line.profile);
    if (!profile) return reportRefusal(profile.error());
    auto subject = subjectOf(line.subject);
    if (!subject) return reportRefusal(subject.error());
    auto passphrase = readPassphrase(line.passphrase_file);
    if (!passphrase) return reportRefusal(passphrase.error());
    const std::string new_key = line.key.empty() ? line.new_key : "";
    if (auto status = checkCanBeMade({line.out, new_key}); !status) return reportRefusal(status.error());
    const auto kind = keyKindOf(line, *profile);
    if (!kind) return reportRefusal(kind.error());
    auto key = line.key.empty() ? crypto::KeyMaterial::generate(*kind) : readKeyFile(line.key, *passphrase);
    if (!key) return reportRefusal(key.error());
    const auto facts = crypto::readPublicKeyFacts(key->publicDer());
    if (!facts) return reportRefusal(facts.error());
    const crypto::RequestWishes wishes{
        .subject = profile->completed(*subject),
        .names = namesOf(line),
        .key_usage = profile->key_usage,
        .extended_key_usage = profile->extended_key_usage};
    if (const auto findings = profile->check(wishes.subject, wishes.names, *facts, 1); !findings.empty())
        return reportRefusal(refusal(findings));
    auto request = crypto::makeRequest(*key, wishes);
    if (!request) return reportRefusal(request.error());
    if (!new_key.empty()) {
        if (auto status = writeKeyFile(new_key, *key, *passphrase); !status) return reportRefusal(status.error());
    }
    if (auto status = writeFile(line.out, *request); !status) return reportRefusal(status.error());
    const auto read = crypto::readRequest(*request);
    if (!read) return reportRefusal(read.error());
    const int code = tellRequest(line, *read);
    if (!line.json) {
        std::cout << "已写入 written: " << line.out << (new_key.empty() ? "" : ", " + new_key + " (600)") << "\n把 " << line.out
                  << " 交给 CA,私钥留在本机 give it to the CA; the key stays here\n";
    }
    return code;
}

int importCertificate(const CertsLine& line) {
    if (auto status = checkCanBeMade({line.out, line.key_out}); !status) return reportRefusal(status.error());
    auto brought = bring(line);
    if (!brought) return reportRefusal(brought.error());
    auto key = keyOf(line, *brought);
    if (!key) return reportRefusal(key.error());
    auto certificate = crypto::certificateOfKey(brought->bundle.certificates, *key);
    if (!certificate) return reportRefusal(certificate.error());
    Actor actor;
    std::vector<crypto::Finding> findings;
    if (brought->anchors.empty())
        findings = crypto::checkAlone(*certificate, actor.nowMillis());
    else
        findings = crypto::checkChain(certificate->der, questionOf(line, *brought, actor.nowMillis())).findings;
    if (!findings.empty()) return reportRefusal(refusal(findings));
    if (!line.key_out.empty()) {
        if (auto status = writeKeyFile(line.key_out, *key, std::nullopt); !status) return reportRefusal(status.error());
    }
    std::string pem;
    for (const auto& one : crypto::orderedChain(*certificate, brought->bundle.certificates)) pem += one.pem();
    if (auto status = writeFile(line.out, pem); !status) return reportRefusal(status.error());
    if (line.json) {
        rapidjson::StringBuffer buffer;
        json::Writer out(buffer);
        out.StartObject();
        out.Key("certificate");
        writeCertificate(out, *certificate);
        jsonText(out, "file", line.out);
        out.EndObject();
        std::cout << buffer.GetString() << '\n';
        return kExitOk;
    }
    printCertificate(*certificate);
    std::cout << "\n已核对并写入 checked and written: " << line.out << (line.key_out.empty() ? "" : ", " + line.key_out + " (600)") << '\n';
    if (brought->anchors.empty()) std::cout << "未给 --ca:证书链未核对 without --ca its chain was not checked\n";
    return kExitOk;
}

int exportCertificate(const CertsLine& line) {
    const auto form = crypto::findBundleForm(line.format);
    if (!form) return kExitUsage;  // the command line has checked it
    if (auto status = checkCanBeMade({line.out}); !status) return reportRefusal(status.error());
    auto brought = bring(line);
    if (!brought) return reportRefusal(brought.error());
    auto& certificates = brought->bundle.certificates;
    if (certificates.empty()) return reportRefusal(refusal(FindingCode::Unreadable, line.files.front()));
    std::vector<crypto::CertificateFacts> chain = certificates;
    std::string content;
    switch (*form) {
        case crypto::BundleForm::Pem:
            for (const auto& one : chain) content += one.pem();
            break;
        case crypto::BundleForm::Der:
            content = chain.front().der;
            break;
        case crypto::BundleForm::Pkcs7:
            content = crypto::writePkcs7(chain, brought->bundle.crls);
            break;
        case crypto::BundleForm::Pkcs12: {
            auto passphrase = readPassphrase(line.passphrase_file);
            if (!passphrase) return reportRefusal(passphrase.error());
            if (!*passphrase) return reportRefusal(refusal(FindingCode::PassphraseNeeded, line.out));
            std::optional<crypto::KeyMaterial> key;
            if (!line.key.empty()) {
                auto read = readKeyFile(line.key, *passphrase);
                if (!read) return reportRefusal(read.error());
                key = *std::move(read);
            }
            auto made = crypto::writePkcs12(chain, key ? &*key : nullptr, **passphrase, line.name);
            if (!made) return reportRefusal(made.error());
            content = *std::move(made);
            break;
        }
    }
    const bool secret = *form == crypto::BundleForm::Pkcs12;
    auto status = secret ? base::createDurably(line.out, content, base::FileSecrecy::Private) : writeFile(line.out, content);
    if (!status) return reportRefusal(status.error());
    tellExported(line, *form == crypto::BundleForm::Der ? 1 : chain.size(), secret);
    return kExitOk;
}

int showFile(const CertsLine& line) {
    auto passphrase = readPassphrase(line.passphrase_file);
    if (!passphrase) return reportRefusal(passphrase.error());
    for (const auto& file : line.files) {
        if (const auto request = asRequest(file)) {
            if (!request->ok()) return reportRefusal(request->error());
            tellRequest(line, **request);
            continue;
        }
        auto bundle = readBundleFile(file, *passphrase);
        if (!bundle) return reportRefusal(bundle.error());
        if (line.json) {
            writeBundle(*bundle);
            continue;
        }
        for (const auto& one : bundle->certificates) printCertificate(one);
        for (const auto& key : bundle->keys) std::cout << "私钥 private key  " << crypto::keyKindName(key.kind()) << '\n';
        for (const auto& one : bundle->crls) print(one);
    }
    return kExitOk;
}

int listProfiles(const CertsLine& line) {
    auto profiles = certs::Profiles::load(line.profiles);
    if (!profiles) return reportRefusal(profiles.error());
    Table table{{"模板 profile", "名称 title", "用途 usage", "名称类型 names", "密钥 keys", "天数 days", "上限 max"}, {}};
    for (const auto& profile : profiles->all()) {
        const auto joined = [](const std::vector<std::string>& items) {
            std::string text;
            for (const auto& item : items) text += (text.empty() ? "" : " ") + item;
            return text;
        };
        std::vector<std::string> names, keys;
        for (const auto type : profile.names_allowed) names.emplace_back(crypto::nameTypeName(type));
        for (const auto kind : profile.key_kinds) keys.emplace_back(crypto::keyKindName(kind));
        table.rows.push_back(
            {profile.name, profile.title, joined(profile.is_ca ? profile.issues : profile.extended_key_usage), joined(names), joined(keys),
             std::to_string(profile.days_default), std::to_string(profile.days_max)}
        );
    }
    if (!line.json) {
        print(std::cout, table);
        return kExitOk;
    }
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartArray();
    for (const auto& row : table.rows) {
        out.StartObject();
        jsonText(out, "profile", row[0]);
        jsonText(out, "title", row[1]);
        jsonText(out, "days_default", row[5]);
        jsonText(out, "days_max", row[6]);
        out.EndObject();
    }
    out.EndArray();
    std::cout << buffer.GetString() << '\n';
    return kExitOk;
}

}  // namespace yht::app
