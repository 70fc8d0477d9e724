#include <algorithm>
#include <iostream>

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

certs::AuthoritySettings settingsOf(const CertsLine& line, const certs::Profile& profile, const crypto::DistinguishedName& subject) {
    return {
        .name = subject.find("CN"),
        .profile = profile.name,
        .key_offline = line.offline,
        .issues = line.issues.empty() ? profile.issues : line.issues,
        .crl_urls = line.crl_urls,
        .ocsp_urls = line.ocsp_urls,
        .issuer_urls = line.issuer_urls,
        .crl_days = line.crl_days == 0 ? profile.crl_days : line.crl_days};
}

/// The authority above, opened before anything is made: a wrong passphrase leaves nothing behind.
struct Above {
    Authority authority;
    crypto::KeyMaterial key;
};

base::Result<Above> openAbove(const CertsLine& line) {
    auto passphrase = readPassphrase(line.issuer_passphrase_file);
    if (!passphrase) return std::move(passphrase).error();
    auto authority = Authority::open(line.issuer);
    if (!authority) return std::move(authority).error();
    auto key = authority->readKey(line.issuer_key, *passphrase);
    if (!key) return std::move(key).error();
    return Above{*std::move(authority), *std::move(key)};
}

/// Signs the request of the new one, which then is in use.
base::Status signBy(Above& above, const CertsLine& line, const certs::Profile& profile, Authority& below, const CertsPermission& permission, Actor& actor) {
    auto request = crypto::readRequest(below.requestPem());
    if (!request) return std::move(request).error();
    const certs::Order order{.subject = request->subject_parts, .names = {}, .public_key_der = request->key.public_der, .days = line.days};
    auto issued = above.authority.issue(profile, order, above.key, permission.put(actor.act(), order.subject));
    if (!issued) return std::move(issued).error();
    permission.tell(above.authority);
    auto bundle = crypto::readBundle(issued->certificate.pem() + above.authority.trustPem());
    if (!bundle) return std::move(bundle).error();
    return below.activate(*bundle, actor.nowMillis());
}

struct Prepared {
    certs::Profile profile;
    Authority::Creation creation;
    bool signs_itself = false;
};

/// One that issues CAs is a root; one that does not has somebody above it.
bool isRootProfile(const certs::Profiles& profiles, const certs::Profile& profile) {
    return std::any_of(profile.issues.begin(), profile.issues.end(), [&](const std::string& name) {
        const auto issued = profiles.find(name);
        return issued.ok() && issued->is_ca;
    });
}

base::Result<Prepared> prepare(const CertsLine& line) {
    auto profiles = certs::Profiles::load(line.profiles);
    if (!profiles) return std::move(profiles).error();
    auto profile = profiles->find(line.profile);
    if (!profile) return std::move(profile).error();
    if (!profile->is_ca) return refusal(FindingCode::NotACa, profile->name);
    auto subject = subjectOf(line.subject);
    if (!subject) return std::move(subject).error();
    auto passphrase = readPassphrase(line.passphrase_file);
    if (!passphrase) return std::move(passphrase).error();
    auto kind = keyKindOf(line, *profile);
    if (!kind) return std::move(kind).error();
    if (line.offline && line.ca_key.empty()) return refusal(FindingCode::AuthorityOffline, line.authority);
    // A key that leaves the building is sealed.
    if (line.offline && !*passphrase) return refusal(FindingCode::PassphraseNeeded, line.ca_key);
    const auto completed = profile->completed(*std::move(subject));
    auto settings = settingsOf(line, *profile, completed);
    const bool signs_itself = line.issuer.empty() && isRootProfile(*profiles, *profile);
    return Prepared{
        *std::move(profile),
        {.directory = line.authority,
         .settings = std::move(settings),
         .subject = completed,
         .key_kind = *kind,
         .days = line.days,
         .passphrase = *std::move(passphrase),
         .offline_key = line.ca_key},
        signs_itself};
}

void writeAuthority(const Authority& authority) {
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartObject();
    jsonText(out, "authority", authority.directory());
    jsonText(out, "name", authority.settings().name);
    jsonText(out, "profile", authority.settings().profile);
    json::writeTexts(out, "issues", authority.settings().issues);
    const auto own = authority.certificate();
    if (own.ok()) {
        out.Key("certificate");
        writeCertificate(out, *own);
    }
    out.Key("issued");
    out.StartArray();
    for (const auto& row : authority.issued()) {
        out.StartObject();
        jsonText(out, "serial", row.serial);
        jsonText(out, "subject", row.subject);
        jsonText(out, "profile", row.profile);
        jsonText(out, "not_after", base::formatRfc3339(row.not_after_ms));
        jsonText(out, "issued_by", row.issued_by);
        jsonText(out, "renews", row.renews);
        if (row.revoked()) jsonText(out, "revoked_at", base::formatRfc3339(row.revoked_ms));
        if (row.revoked()) jsonText(out, "reason", crypto::reasonName(row.reason));
        out.EndObject();
    }
    out.EndArray();
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

void printAuthority(const Authority& authority) {
    const auto own = authority.certificate();
    std::cout << authority.directory() << "  " << printable(authority.settings().name) << "  " << authority.settings().profile << '\n';
    if (own.ok())
        printCertificate(*own);
    else
        std::cout << "尚无证书:请让上级 CA 签署 authority.csr  no certificate yet: have authority.csr signed\n";
    if (authority.issued().empty()) return;
    Table table{{"序列号 serial", "主题 subject", "模板 profile", "有效至 until", "签发 by", "状态 state"}, {}};
    for (const auto& row : authority.issued()) {
        table.rows.push_back(
            {row.serial, clipped(row.subject, 40), row.profile, dayText(row.not_after_ms), row.issued_by,
             row.revoked()        ? std::string("已吊销 ") + crypto::reasonName(row.reason)
             : row.renews.empty() ? ""
                                  : "续期 renews " + row.renews}
        );
    }
    std::cout << '\n';
    print(std::cout, table);
}

int told(const CertsLine& line, const Authority& authority) {
    if (line.json)
        writeAuthority(authority);
    else
        printAuthority(authority);
    return kExitOk;
}

}  // namespace

int createAuthority(const CertsLine& line) {
    auto prepared = prepare(line);
    if (!prepared) return reportRefusal(prepared.error());
    std::optional<Above> above;
    std::optional<CertsPermission> permission;
    if (!line.issuer.empty()) {
        auto opened = openAbove(line);
        if (!opened) return reportRefusal(opened.error());
        above.emplace(*std::move(opened));
        auto asked = CertsPermission::ask(
            line, above->authority, {.act = "issue", .profile = prepared->profile.name, .subjects = {prepared->creation.subject}}
        );
        if (!asked) return reportRefusal(asked.error());
        permission.emplace(*std::move(asked));
    }
    Actor actor;
    auto authority = prepared->signs_itself ? Authority::createRoot(prepared->creation, prepared->profile, actor.act())
                                            : Authority::createPending(prepared->creation, prepared->profile, actor.act());
    if (!authority) return reportRefusal(authority.error());
    if (above) {
        if (auto done = signBy(*above, line, prepared->profile, *authority, *permission, actor); !done) {
            std::cerr << line.authority << ": 已建立,尚待签发 made, and waits for its certificate: authority.csr\n";
            return reportRefusal(done.error());
        }
    }
    return told(line, *authority);
}

int activateAuthority(const CertsLine& line) {
    auto authority = Authority::open(line.authority);
    if (!authority) return reportRefusal(authority.error());
    crypto::Bundle all;
    for (const auto& file : line.files) {
        auto bundle = readBundleFile(file);
        if (!bundle) return reportRefusal(bundle.error());
        for (auto& one : bundle->certificates) all.certificates.push_back(std::move(one));
    }
    Actor actor;
    if (auto done = authority->activate(all, actor.nowMillis()); !done) return reportRefusal(done.error());
    return told(line, *authority);
}

int showAuthority(const CertsLine& line) {
    const auto authority = Authority::open(line.authority);
    if (!authority) return reportRefusal(authority.error());
    return told(line, *authority);
}

}  // namespace yht::app
