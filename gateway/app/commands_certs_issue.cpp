#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>

#include "gateway/app/certs_files.h"
#include "gateway/app/certs_permission.h"
#include "gateway/app/command_line.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"

namespace yht::app {
namespace {

using certs::Authority;
using crypto::FindingCode;
using crypto::refusal;

/// An authority and its key, opened.
struct Signer {
    Authority authority;
    crypto::KeyMaterial key;
};

base::Result<Signer> openSigner(const CertsLine& line) {
    auto passphrase = readPassphrase(line.ca_passphrase_file);
    if (!passphrase) return std::move(passphrase).error();
    auto authority = Authority::open(line.authority);
    if (!authority) return std::move(authority).error();
    auto key = authority->readKey(line.ca_key, *passphrase);
    if (!key) return std::move(key).error();
    return Signer{*std::move(authority), *std::move(key)};
}

/// What is asked for: a request from elsewhere, or a key that is made here.
struct Asked {
    certs::Order order;
    std::optional<crypto::KeyMaterial> key;
};

base::Result<Asked> readAsked(const CertsLine& line, const certs::Profile& profile) {
    auto content = base::readBounded(line.request, crypto::kCertificateBytesMax);
    if (!content) return std::move(content).error();
    auto request = crypto::readRequest(*content);
    if (!request) return std::move(request).error();
    std::vector<crypto::Finding> findings;
    if (request->signature_weak) findings.push_back({FindingCode::SignatureWeak, request->subject, request->signature_algorithm});
    if (request->asks_for_ca && !profile.is_ca) findings.push_back({FindingCode::RequestAsksForCa, request->subject, ""});
    if (!findings.empty()) return refusal(findings);
    return Asked{
        {.subject = request->subject_parts, .names = request->names, .public_key_der = request->key.public_der, .days = line.days}, {}};
}

base::Result<Asked> ask(const CertsLine& line, const certs::Profile& profile) {
    base::Result<Asked> asked = Asked{{.days = line.days}, {}};
    if (!line.request.empty()) {
        asked = readAsked(line, profile);
    } else {
        const auto kind = keyKindOf(line, profile);
        if (!kind) return kind.error();
        auto key = crypto::KeyMaterial::generate(*kind);
        if (!key) return std::move(key).error();
        asked->order.public_key_der = key->publicDer();
        asked->key = *std::move(key);
    }
    if (!asked) return asked;
    auto subject = subjectOf(line.subject);
    if (!subject) return std::move(subject).error();
    // What the operator writes stands above what the request wishes.
    if (!subject->parts.empty()) asked->order.subject = *std::move(subject);
    asked->order.subject = profile.completed(asked->order.subject);
    const auto names = namesOf(line);
    if (!names.empty()) asked->order.names = names;
    return asked;
}

int tell(const CertsLine& line, const certs::Issued& issued, const std::string& renews_until) {
    if (line.json) {
        rapidjson::StringBuffer buffer;
        json::Writer out(buffer);
        out.StartObject();
        out.Key("certificate");
        writeCertificate(out, issued.certificate);
        jsonText(out, "file", line.out);
        if (!renews_until.empty()) jsonText(out, "previous_valid_until", renews_until);
        out.EndObject();
        std::cout << buffer.GetString() << '\n';
        return kExitOk;
    }
    printCertificate(issued.certificate);
    std::cout << "\n已写入 written: " << line.out;
    if (!line.new_key.empty()) std::cout << ", " << line.new_key << " (600)";
    std::cout << '\n';
    if (!renews_until.empty())
        std::cout << "旧证书有效至 the one before is valid until " << renews_until << ":两者并行有效 both are valid until then\n";
    return kExitOk;
}

/// What was issued is not lost where its file can't be written: the authority keeps it.
base::Status writeIssued(const std::string& out, const Authority& authority, const certs::Issued& issued) {
    auto written = writeFile(out, issued.chain_pem);
    if (written.ok()) return written;
    std::cerr << "证书已签发,保存在 it is issued, and kept in: " << authority.directory() << "/certificates/" << issued.certificate.serial_hex << ".pem\n";
    return written;
}

/// The serial of --serial, or of the certificate in --certificate.
base::Result<std::string> serialOf(const CertsLine& line) {
    if (!line.serial.empty()) {
        std::string serial = line.serial;
        std::erase(serial, ':');
        std::transform(serial.begin(), serial.end(), serial.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return serial;
    }
    auto bundle = readBundleFile(line.certificate);
    if (!bundle) return std::move(bundle).error();
    if (bundle->certificates.empty()) return refusal(FindingCode::Unreadable, line.certificate);
    return bundle->certificates.front().serial_hex;
}

CertsIntent intentOf(const char* act, const certs::Profile& profile, const Asked& asked) {
    CertsIntent intent{.act = act, .profile = profile.name, .subjects = {asked.order.subject}};
    // A key that is made here is another one each time that the command is given.
    if (!asked.key) intent.public_ders = {asked.order.public_key_der};
    return intent;
}

/// One of several requests that may be issued.
struct Asking {
    std::string request, out;
    Asked asked;
};

base::Result<Asking> askingOf(const CertsLine& line, const std::string& request, const certs::Profile& profile, const Signer& signer, Actor& actor) {
    CertsLine one = line;
    one.request = request;
    one.out = line.out_dir + "/" + std::filesystem::path(request).stem().string() + ".pem";
    if (auto status = checkCanBeMade({one.out}); !status) return std::move(status).error();
    auto asked = ask(one, profile);
    if (!asked) return std::move(asked).error();
    if (auto allowed = signer.authority.check(profile, asked->order, "", actor.nowMillis()); !allowed) return std::move(allowed).error();
    return Asking{request, one.out, *std::move(asked)};
}

base::Result<CertsPermission> permissionForAll(
    const CertsLine& line, const certs::Profile& profile, const Signer& signer, const std::vector<Asking>& all
) {
    CertsIntent intent{.act = "issue", .profile = profile.name};
    for (const auto& one : all) {
        intent.subjects.push_back(one.asked.order.subject);
        intent.public_ders.push_back(one.asked.order.public_key_der);
    }
    return CertsPermission::ask(line, signer.authority, intent);
}

/// Several requests in one go: the authority's key is opened once, a second person is asked once. One that is refused holds up none of
/// the others.
int issueAll(const CertsLine& line, const certs::Profile& profile) {
    auto signer = openSigner(line);
    if (!signer) return reportRefusal(signer.error());
    Actor actor;
    int code = kExitOk;
    const auto refuse = [&](const std::string& request, const base::Error& error) {
        std::cerr << request << ":\n";
        code = reportRefusal(error);
    };
    std::vector<Asking> all;
    std::set<std::string> outs;  // a/x.csr and b/x.csr would both be x.pem
    for (const auto& request : line.requests) {
        auto asking = askingOf(line, request, profile, *signer, actor);
        if (!asking.ok()) refuse(request, asking.error());
        else if (!outs.insert(asking->out).second) refuse(request, refusal(FindingCode::FileExists, asking->out));
        else all.push_back(*std::move(asking));
    }
    if (all.empty()) return code;
    const auto permission = permissionForAll(line, profile, *signer, all);
    if (!permission) return reportRefusal(permission.error());
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartArray();
    Table table{{"申请 request", "主题 subject", "序列号 serial", "有效至 until", "文件 file"}, {}};
    for (const auto& one : all) {
        const auto act = permission->put(actor.act(), one.asked.order.subject);
        const auto issued = signer->authority.issue(profile, one.asked.order, signer->key, act);
        const auto written = issued.ok() ? writeIssued(one.out, signer->authority, *issued) : base::Status(issued.error());
        if (!written.ok()) {
            refuse(one.request, written.error());
            continue;
        }
        const auto& certificate = issued->certificate;
        table.rows.push_back(
            {one.request, clipped(certificate.subject, 40), certificate.serial_hex, dayText(certificate.not_after_ms), one.out}
        );
        out.StartObject();
        jsonText(out, "request", one.request);
        jsonText(out, "file", one.out);
        out.Key("certificate");
        writeCertificate(out, certificate);
        out.EndObject();
    }
    out.EndArray();
    permission->tell(signer->authority);
    if (line.json)
        std::cout << buffer.GetString() << '\n';
    else if (!table.rows.empty())
        print(std::cout, table);
    return code;
}

}  // namespace

int issueCertificateCommand(const CertsLine& given) {
    CertsLine line = given;
    if (line.requests.size() == 1) line.request = line.requests.front();
    auto profiles = certs::Profiles::load(line.profiles);
    if (!profiles) return reportRefusal(profiles.error());
    auto profile = profiles->find(line.profile);
    if (!profile) return reportRefusal(profile.error());
    if (!line.out_dir.empty()) return issueAll(line, *profile);
    auto passphrase = readPassphrase(line.passphrase_file);
    if (!passphrase) return reportRefusal(passphrase.error());
    if (auto status = checkCanBeMade({line.out, line.new_key}); !status) return reportRefusal(status.error());
    auto asked = ask(line, *profile);
    if (!asked) return reportRefusal(asked.error());
    auto signer = openSigner(line);
    if (!signer) return reportRefusal(signer.error());
    Actor actor;
    if (auto allowed = signer->authority.check(*profile, asked->order, "", actor.nowMillis()); !allowed) return reportRefusal(allowed.error());
    const auto permission = CertsPermission::ask(line, signer->authority, intentOf("issue", *profile, *asked));
    if (!permission) return reportRefusal(permission.error());
    // The key first: a certificate without its key is worth nothing.
    if (asked->key) {
        if (auto status = writeKeyFile(line.new_key, *asked->key, *passphrase); !status) return reportRefusal(status.error());
    }
    auto issued = signer->authority.issue(*profile, asked->order, signer->key, permission->put(actor.act(), asked->order.subject));
    if (!issued) {
        if (asked->key) std::remove(line.new_key.c_str());
        return reportRefusal(issued.error());
    }
    permission->tell(signer->authority);
    if (auto status = writeIssued(line.out, signer->authority, *issued); !status) return reportRefusal(status.error());
    return tell(line, *issued, "");
}

int renewCertificate(const CertsLine& line) {
    auto profiles = certs::Profiles::load(line.profiles);
    if (!profiles) return reportRefusal(profiles.error());
    auto passphrase = readPassphrase(line.passphrase_file);
    if (!passphrase) return reportRefusal(passphrase.error());
    if (auto status = checkCanBeMade({line.out, line.new_key}); !status) return reportRefusal(status.error());
    auto serial = serialOf(line);
    if (!serial) return reportRefusal(serial.error());
    auto signer = openSigner(line);
    if (!signer) return reportRefusal(signer.error());
    const certs::IssuedRow* before = signer->authority.find(*serial);
    if (before == nullptr) return reportRefusal(refusal(FindingCode::SerialUnknown, *serial, signer->authority.settings().name));
    const std::string until = dayText(before->not_after_ms);
    auto profile = profiles->find(before->profile);
    if (!profile) return reportRefusal(profile.error());
    Asked asked;
    certs::Renewal renewal{.public_key_der = {}, .days = line.days};
    if (!line.new_key.empty() || !line.request.empty()) {
        auto other = ask(line, *profile);
        if (!other) return reportRefusal(other.error());
        asked.key = std::move(other->key);
        renewal.public_key_der = other->order.public_key_der;
    }
    auto order = signer->authority.renewalOrder(*serial, renewal);
    if (!order) return reportRefusal(order.error());
    asked.order = *std::move(order);
    Actor actor;
    if (auto allowed = signer->authority.check(*profile, asked.order, *serial, actor.nowMillis()); !allowed) return reportRefusal(allowed.error());
    CertsIntent intent = intentOf("renew", *profile, asked);
    intent.serial = *serial;
    intent.fingerprint = before->fingerprint;
    const auto permission = CertsPermission::ask(line, signer->authority, intent);
    if (!permission) return reportRefusal(permission.error());
    if (asked.key) {
        if (auto status = writeKeyFile(line.new_key, *asked.key, *passphrase); !status) return reportRefusal(status.error());
    }
    auto issued = signer->authority.renew(*profiles, *serial, renewal, signer->key, permission->put(actor.act(), asked.order.subject));
    if (!issued) {
        if (!line.new_key.empty()) std::remove(line.new_key.c_str());
        return reportRefusal(issued.error());
    }
    permission->tell(signer->authority);
    if (auto status = writeIssued(line.out, signer->authority, *issued); !status) return reportRefusal(status.error());
    return tell(line, *issued, until);
}

namespace {

/// Asks for revoking it. nullopt, and nobody asked, where there is nothing to revoke: revoke() says why.
base::Result<std::optional<CertsPermission>> permissionToRevoke(const CertsLine& line, const Authority& authority, const std::string& serial) {
    const certs::IssuedRow* row = authority.find(serial);
    if (row == nullptr || row->revoked()) return std::optional<CertsPermission>();
    // Of a certificate that was never handed out, as when the disk was full, there is the row alone. It has the subject as it is printed.
    auto subject = crypto::DistinguishedName::parse(row->subject).value_or(crypto::DistinguishedName{});
    std::reverse(subject.parts.begin(), subject.parts.end());
    auto permission = CertsPermission::ask(
        line, authority,
        {.act = "revoke",
         .profile = row->profile,
         .subjects = {std::move(subject)},
         .serial = serial,
         .fingerprint = row->fingerprint,
         .public_ders = {},
         .reason = line.reason}
    );
    if (!permission) return std::move(permission).error();
    return std::optional<CertsPermission>(*std::move(permission));
}

base::Result<crypto::RevocationList> publish(const CertsLine& line, Authority& authority, const crypto::KeyMaterial& key, Actor& actor) {
    const auto permission = CertsPermission::ask(line, authority, {.act = "publish_crl"});
    if (!permission) return permission.error();
    auto crl = authority.publishCrl(line.days, key, permission->put(actor.act(), {}));
    permission->tell(authority);
    return crl;
}

}  // namespace

int revokeCertificate(const CertsLine& line) {
    const auto reason = crypto::findReason(line.reason);
    if (!reason) return kExitUsage;  // the command line has checked it
    auto serial = serialOf(line);
    if (!serial) return reportRefusal(serial.error());
    Actor actor;
    // Revoking needs no key, so that it never has to wait for one; publishing does.
    auto authority = Authority::open(line.authority);
    if (!authority) return reportRefusal(authority.error());
    const auto permission = permissionToRevoke(line, *authority, *serial);
    if (!permission) return reportRefusal(permission.error());
    const auto subject = authority->readIssuedCertificate(*serial);
    const auto named = subject.ok() ? subject->subject_parts : crypto::DistinguishedName{};
    const auto act = *permission ? (*permission)->put(actor.act(), named) : actor.act();
    auto row = authority->revoke(*serial, *reason, line.why, act);
    if (!row) return reportRefusal(row.error());
    if (*permission) (*permission)->tell(*authority);
    if (!line.json) {
        std::cout << row->serial << "  " << printable(row->subject) << ":已吊销 revoked, " << crypto::reasonName(row->reason) << ' '
                  << crypto::reasonChinese(row->reason) << '\n';
    }
    if (line.publish) {
        auto passphrase = readPassphrase(line.ca_passphrase_file);
        if (!passphrase) return reportRefusal(passphrase.error());
        auto key = authority->readKey(line.ca_key, *passphrase);
        if (!key) return reportRefusal(key.error());
        auto crl = publish(line, *authority, *key, actor);
        if (!crl) return reportRefusal(crl.error());
        if (!line.json) std::cout << "CRL " << crl->numberHex() << ":" << line.authority << "/crl.pem\n";
    } else if (!line.json) {
        std::cout << "请发布 CRL now publish the CRL: yht certs crl publish --authority " << line.authority << '\n';
    }
    if (line.json) {
        rapidjson::StringBuffer buffer;
        json::Writer out(buffer);
        out.StartObject();
        jsonText(out, "serial", row->serial);
        jsonText(out, "subject", row->subject);
        jsonText(out, "revoked_at", base::formatRfc3339(row->revoked_ms));
        jsonText(out, "reason", crypto::reasonName(row->reason));
        out.EndObject();
        std::cout << buffer.GetString() << '\n';
    }
    return kExitOk;
}

int publishCrlCommand(const CertsLine& line) {
    auto signer = openSigner(line);
    if (!signer) return reportRefusal(signer.error());
    Actor actor;
    auto crl = publish(line, signer->authority, signer->key, actor);
    if (!crl) return reportRefusal(crl.error());
    if (!line.out.empty()) {
        const bool der = line.out.ends_with(".der") || line.out.ends_with(".crl");
        if (auto status = writeFile(line.out, der ? crl->toDer() : crl->toPem(), true); !status) return reportRefusal(status.error());
    }
    if (line.json) {
        rapidjson::StringBuffer buffer;
        json::Writer out(buffer);
        out.StartObject();
        jsonText(out, "issuer", crl->issuer());
        jsonText(out, "number", crl->numberHex());
        jsonNumber(out, "revoked", static_cast<std::int64_t>(crl->entryCount()));
        jsonText(out, "next_update", base::formatRfc3339(crl->nextUpdateMillis()));
        out.EndObject();
        std::cout << buffer.GetString() << '\n';
    } else {
        std::cout << "CRL " << crl->numberHex() << "  " << printable(crl->issuer()) << "\n  吊销 revoked " << crl->entryCount()
                  << "  下次更新 next update " << dayText(crl->nextUpdateMillis()) << "\n  " << line.authority << "/crl.pem, crl.der"
                  << (line.out.empty() ? "" : ", " + line.out) << '\n';
    }
    return kExitOk;
}

}  // namespace yht::app
