// See test_ca.hpp.
#include "tests/support/test_ca.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace tokenward::support {

/// Owners of OpenSSL's objects.
namespace openssl {

template <auto free_it>
struct freed_by {
    template <class T>
    void operator()(T* object) const noexcept {
        free_it(object);
    }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;

} // namespace openssl

namespace {

using namespace openssl;

constexpr long hour = 3600;
constexpr const char* right_names = "DNS:localhost,IP:127.0.0.1,IP:::1";

void require(bool went_well, const char* what) {
    if (!went_well) throw std::runtime_error(std::string("OpenSSL failed: ") + what);
}

struct wanted {
    const char* common_name;
    const char* alternative_names; ///< null for a CA
    long starts;                   ///< seconds from now
    long ends;
    const char* use = "serverAuth"; ///< not for a CA
};

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const extension_ptr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

/// A certificate for `key`; `issuer` null = signed by itself.
certificate_ptr make_certificate(const wanted& what, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
    certificate_ptr result(X509_new());
    X509* const certificate = result.get();
    X509* const signer = issuer != nullptr ? issuer : certificate;
    std::uint64_t serial = 0;
    require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "random numbers");
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U);
    X509_gmtime_adj(X509_getm_notBefore(certificate), what.starts);
    X509_gmtime_adj(X509_getm_notAfter(certificate), what.ends);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(what.common_name), -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(signer));
    require(X509_set_pubkey(certificate, key) == 1, "public key");
    add_extension(certificate, signer, NID_subject_key_identifier, "hash");
    if (what.alternative_names == nullptr) {
        add_extension(certificate, signer, NID_basic_constraints, "critical,CA:TRUE");
        add_extension(certificate, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
    } else {
        add_extension(certificate, signer, NID_subject_alt_name, what.alternative_names);
        add_extension(certificate, signer, NID_ext_key_usage, what.use);
    }
    require(X509_sign(certificate, issuer_key, EVP_sha256()) != 0, "signature");
    return result;
}

key_ptr make_key() {
    key_ptr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    require(key != nullptr, "key");
    return key;
}

std::filesystem::path save(const temp_dir& where, const std::string& name, X509* certificate, EVP_PKEY* key) {
    const bio_ptr memory(BIO_new(BIO_s_mem()));
    const int written = certificate != nullptr ? PEM_write_bio_X509(memory.get(), certificate)
                                               : PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr,
                                                                          0, nullptr, nullptr);
    require(written == 1, "PEM");
    char* text = nullptr;
    const auto size = BIO_get_mem_data(memory.get(), &text);
    return where.write(name, std::string_view(text, static_cast<std::size_t>(size)));
}

} // namespace

struct test_ca::authority {
    key_ptr key;
    certificate_ptr certificate;

    key_and_certificate issue(const temp_dir& where, const std::string& name, const wanted& what) const {
        const auto own_key = make_key();
        const auto own = make_certificate(what, own_key.get(), certificate.get(), key.get());
        return {save(where, name + ".pem", own.get(), nullptr),
                save(where, name + ".key", nullptr, own_key.get())};
    }
};

test_ca::test_ca() : x_authority(std::make_unique<authority>()) {
    const wanted root{"Tokenward test CA", nullptr, -hour, 24 * hour};
    x_authority->key = make_key();
    EVP_PKEY* const key = x_authority->key.get();
    x_authority->certificate = make_certificate(root, key, nullptr, key);
    x_certificate = save(x_directory, "ca.pem", x_authority->certificate.get(), nullptr);
}

test_ca::~test_ca() = default;

key_and_certificate test_ca::server() const {
    return x_authority->issue(x_directory, "server", {"localhost", right_names, -hour, 24 * hour});
}

key_and_certificate test_ca::expired() const {
    return x_authority->issue(x_directory, "expired", {"localhost", right_names, -2 * hour, -hour});
}

key_and_certificate test_ca::wrong_host() const {
    return x_authority->issue(x_directory, "wrong-host",
                              {"wrong.example", "DNS:wrong.example", -hour, 24 * hour});
}

key_and_certificate test_ca::client(const std::string& name) const {
    return x_authority->issue(x_directory, name,
                              {name.c_str(), "DNS:client.example", -hour, 24 * hour, "clientAuth"});
}

std::filesystem::path test_ca::encrypted(const key_and_certificate& whose) const {
    const bio_ptr file(BIO_new_file(whose.key.c_str(), "r"));
    const key_ptr key(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr));
    const bio_ptr memory(BIO_new(BIO_s_mem()));
    std::array<unsigned char, 16> passphrase{};
    require(key && RAND_bytes(passphrase.data(), passphrase.size()) == 1, "random numbers");
    require(PEM_write_bio_PrivateKey(memory.get(), key.get(), EVP_aes_128_cbc(), passphrase.data(),
                                     passphrase.size(), nullptr, nullptr) == 1,
            "PEM");
    char* text = nullptr;
    const auto size = BIO_get_mem_data(memory.get(), &text);
    return x_directory.write(whose.key.filename().string() + ".encrypted",
                             std::string_view(text, static_cast<std::size_t>(size)));
}

test_ca::behind_another test_ca::server_behind_another() const {
    authority other;
    other.key = make_key();
    other.certificate =
        make_certificate({"Tokenward intermediate CA", nullptr, -hour, 24 * hour}, other.key.get(),
                         x_authority->certificate.get(), x_authority->key.get());
    key_and_certificate server =
        other.issue(x_directory, "behind-another", {"localhost", right_names, -hour, 24 * hour});
    const auto intermediate = save(x_directory, "intermediate.pem", other.certificate.get(), nullptr);
    std::ofstream(server.certificate, std::ios::app) << std::ifstream(intermediate).rdbuf();
    return {std::move(server), intermediate};
}

key_and_certificate test_ca::server_called(const std::string& name) const {
    const std::string names = "DNS:" + name;
    return x_authority->issue(x_directory, "called", {"called", names.c_str(), -hour, 24 * hour});
}

key_and_certificate test_ca::self_signed() const {
    const auto key = make_key();
    const auto own =
        make_certificate({"localhost", right_names, -hour, 24 * hour}, key.get(), nullptr, key.get());
    return {save(x_directory, "self-signed.pem", own.get(), nullptr),
            save(x_directory, "self-signed.key", nullptr, key.get())};
}

} // namespace tokenward::support
