//! Styles, symbols and scripts, embedded and addressed by their content, so that a browser may keep them for ever.

use std::{collections::HashMap, io::Write, sync::OnceLock};

use poem::{Response, http::StatusCode};
use sha2::{Digest, Sha256};

use crate::templates::Files;

/// The parts of the one stylesheet, in the order of their layers.
const SHEETS: [&str; 5] = ["tokens", "base", "parts", "behaviours", "pages"];

/// Every asset with its address and its compressed forms, made once.
pub struct Assets(HashMap<String, Asset>);

struct Asset {
    address: String,
    kind: &'static str,
    plain: Vec<u8>,
    gzip: Vec<u8>,
    brotli: Vec<u8>,
}

impl Assets {
    /// The one set of assets.
    pub fn all() -> &'static Assets {
        static ALL: OnceLock<Assets> = OnceLock::new();
        ALL.get_or_init(|| {
            let read = |name: String| Some((name.clone(), Asset::of(&name, Files::get(&name)?.data.into_owned())?));
            let sheet: Option<String> = SHEETS.iter().map(|part| Files::text(&format!("styles/{part}.css")).ok()).collect();
            let sheet = sheet.and_then(|text| Some(("styles/lyceum.css".to_owned(), Asset::of("lyceum.css", text.into_bytes())?)));
            let others = Files::under("styles/").chain(Files::under("scripts/")).filter(|name| !name.ends_with(".css"));
            Assets(others.filter_map(read).chain(sheet).collect())
        })
    }

    /// The address of `name`, such as `lyceum.css`.
    pub fn address(&self, name: &str) -> Option<&str> {
        ["styles", "scripts"].iter().find_map(|folder| self.0.get(&format!("{folder}/{name}"))).map(|asset| asset.address.as_str())
    }

    /// Answers a request for an asset's address.
    pub fn answer(&self, path: &str, accepts: &str) -> Response {
        let Some(asset) = self.0.values().find(|asset| asset.address == path) else {
            return StatusCode::NOT_FOUND.into();
        };
        let (encoding, body) = match () {
            () if accepts.contains("br") => ("br", &asset.brotli),
            () if accepts.contains("gzip") => ("gzip", &asset.gzip),
            () => ("identity", &asset.plain),
        };
        Response::builder()
            .content_type(asset.kind)
            .header("cache-control", "public, max-age=31536000, immutable")
            .header("content-encoding", encoding)
            .header("vary", "Accept-Encoding")
            .body(body.clone())
    }
}

impl Asset {
    fn of(name: &str, plain: Vec<u8>) -> Option<Asset> {
        let kind = match name.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => return None,
        };
        let hash: String = Sha256::digest(&plain).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&plain).ok()?;
        let mut brotli = Vec::new();
        brotli::CompressorWriter::new(&mut brotli, 4096, 9, 22).write_all(&plain).ok()?;
        let file = name.rsplit('/').next()?;
        Some(Asset { address: format!("/assets/{hash}/{file}"), kind, gzip: gzip.finish().ok()?, brotli, plain })
    }
}
